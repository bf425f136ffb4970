namespace Anneal.Onnx.Ir.Format;

/// <summary>How a model is written.</summary>
/// <param name="ExternalDataThreshold">Initializers of at least this many bytes go to a file of their own beside the model's; null keeps all inside
/// unless the model would exceed the format's 2 GB.</param>
public sealed record WriteOptions(long? ExternalDataThreshold = null);
