namespace Anneal.Onnx.Ir.Format;

/// <summary>How a model is read.</summary>
/// <param name="KeepFunctions">Keep calls of functions that are no op known here, instead of replacing them by the functions' bodies.</param>
public sealed record ReadOptions(bool KeepFunctions = false)
{
    /// <summary>How large and deep the file may be; null for the default.</summary>
    public ModelLimits? Limits { get; init; }

    /// <summary>
    /// Puts other nodes in the place of those of <c>Gradient</c>, of the domain <c>ai.onnx.preview.training</c>, once functions are replaced; null where a file that has some is refused.
    /// </summary>
    public Func<Graph, Graph>? ExpandGradients { get; init; }

    /// <summary>Leaves the values of tensors that nothing is inferred from where they are: they become inputs of their type. For what asks for types alone.</summary>
    internal bool TypesOnly { get; init; }
}
