namespace Anneal.Onnx.Ir.Format;

/// <summary>How a model is read.</summary>
/// <param name="KeepFunctions">Keep calls of functions that are no op known here, instead of replacing them by the functions' bodies.</param>
public sealed record ReadOptions(bool KeepFunctions = false);
