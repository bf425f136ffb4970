using System.Collections.Immutable;

namespace Anneal.Onnx.Formats;

/// <summary>An input of a deployable model that is made of a table's columns.</summary>
/// <param name="Name">The graph input, of shape [N, columns].</param>
/// <param name="Columns">The columns that fill its second dimension, in order.</param>
public sealed record SignatureInput(string Name, ImmutableArray<string> Columns);
