namespace Anneal.Onnx.Ir;

/// <summary>A named value of a graph: an input or an output.</summary>
/// <param name="Name">The name, unique in the graph.</param>
/// <param name="Type">Its type.</param>
public sealed record ValueInfo(string Name, TensorType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
