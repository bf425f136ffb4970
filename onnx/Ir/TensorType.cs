using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>What is known of a value before it is computed.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, or null when not even the rank is known.</param>
public sealed record TensorType(DType Type, TensorShape? Shape)
{
    /// <summary>The type of a tensor of known sizes.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="dims">The dimensions.</param>
    /// <returns>The type.</returns>
    public static TensorType Of(DType type, params ReadOnlySpan<Dim> dims) => new(type, new TensorShape(dims));

    /// <summary>The type of an existing tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>The type.</returns>
    public static TensorType Of(Tensor tensor) => new(tensor.Type, TensorShape.Of(tensor.Shape));

    /// <inheritdoc/>
    public override string ToString() => $"{Type.Name()}{Shape?.ToString() ?? "[...]"}";
}
