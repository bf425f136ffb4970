namespace Anneal.Onnx.Rewrite;

/// <summary>Whether a state may be replaced in its own buffer, and why.</summary>
/// <param name="State">The state's input.</param>
/// <param name="Output">The output that replaces it.</param>
/// <param name="IsInPlace">Whether every read of the state precedes its write in any order of the nodes that the graph allows.</param>
/// <param name="Writer">The node that computes the output; empty where none does.</param>
/// <param name="Why">The reason in words: what orders the reads, or the node that breaks it.</param>
public sealed record UpdateProof(string State, string Output, bool IsInPlace, string Writer, string Why)
{
    /// <summary>The readers that nothing orders before the writer.</summary>
    public IReadOnlyList<string> Unordered { get; init; } = [];
}
