namespace Anneal.Pipeline.Conformance;

/// <summary>The outcome of a folder of cases; a case with ops that are not supported counts once under each of them, and nowhere else.</summary>
internal sealed record OnnxSuiteReport(int Passed, int Failed, IReadOnlyDictionary<string, int> Unsupported, IReadOnlyList<OnnxCaseFailure> Failures);
