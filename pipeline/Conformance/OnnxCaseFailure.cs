namespace Anneal.Pipeline.Conformance;

/// <summary>A case whose outputs are not the expected ones, or that could not be run.</summary>
internal sealed record OnnxCaseFailure(string Case, string Reason);
