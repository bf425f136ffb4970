namespace Anneal.Onnx.Ops;

/// <summary>An op of another domain of the standard that ONNX's own ops can say, with what its attributes hold as constants beside them.</summary>
internal interface IDecomposable
{
    /// <summary>Says the node in ONNX's own ops.</summary>
    /// <param name="d">The node, and what takes its place.</param>
    /// <returns>Whether they can; otherwise the node stays.</returns>
    bool Decompose(Decomposition d);
}
