using System.Collections.Immutable;

namespace Anneal.Onnx.Formats;

/// <summary>How a table's columns fill an input of a deployable model.</summary>
/// <param name="Name">The graph input.</param>
/// <param name="Columns">The columns that fill its second dimension, in order; empty when the input is not made of named columns.</param>
public sealed record SignatureInput(string Name, ImmutableArray<string> Columns);
