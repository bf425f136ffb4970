namespace Anneal.Serving.Validation;

/// <summary>The first place in a model's graph at which ONNX Runtime leaves the reference.</summary>
/// <param name="Found">What was found, in a sentence.</param>
/// <param name="Node">The node's name; null where no single node diverges.</param>
/// <param name="Op">Its op.</param>
/// <param name="Output">The value that differs.</param>
/// <param name="MaxAbs">The largest difference of that value.</param>
/// <param name="Repro">The folder of a model of that node alone with its inputs and expected outputs, in the layout of ONNX's backend tests.</param>
public sealed record Divergence(string Found, string? Node = null, string? Op = null, string? Output = null, double MaxAbs = 0, string? Repro = null);
