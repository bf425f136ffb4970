using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op Y = f(X), element by element.</summary>
public abstract class Unary : Op
{
    /// <summary>The schema of a unary op whose output has its input's type.</summary>
    /// <param name="since">The op version.</param>
    /// <param name="types">The element types.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The schema.</returns>
    protected static OpSchema SchemaOf(int since, TypeSet types, params AttributeSchema[] attributes) =>
        new(since, [new("X", "T")], [new("Y", "T")], [.. attributes], [("T", types)]);

    /// <inheritdoc/>
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    /// <inheritdoc/>
    public override bool IsElementwise => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Compile<float>(spec),
        DType.Double => Compile<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    /// <summary>The kernel for a floating type.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="spec">The node with its operands.</param>
    /// <returns>The kernel.</returns>
    protected abstract Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>, System.Numerics.IMinMaxValue<T>;
}
