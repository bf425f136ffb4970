namespace Anneal.Onnx.Ir;

/// <summary>A value of a graph under construction.</summary>
/// <param name="Name">The name, unique in the graph.</param>
/// <param name="Type">What is known of it.</param>
public sealed record Value(string Name, TensorType Type)
{
    /// <summary>The shape.</summary>
    /// <exception cref="AnnealException">The rank is not known.</exception>
    public TensorShape Shape => Type.Shape ?? throw AnnealException.BadData($"the rank of value '{Name}' is not known", "give the graph's inputs shapes");

    /// <summary>The rank.</summary>
    public int Rank => Shape.Rank;
}
