namespace Anneal.Onnx.Ops;

/// <summary>A formal input or output of an op.</summary>
/// <param name="Name">The standard's name of it.</param>
/// <param name="Type">The type variable: parameters that share one share their element type.</param>
/// <param name="Optional">Whether it may be left out.</param>
/// <param name="Variadic">Whether it stands for one or more; only the last may.</param>
public sealed record Parameter(string Name, string Type, bool Optional = false, bool Variadic = false);
