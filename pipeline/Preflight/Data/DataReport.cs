namespace Anneal.Pipeline.Preflight.Data;

/// <summary>The content of <c>data.json</c>: what the training rows look like.</summary>
/// <param name="Columns">The columns; an array of images is one.</param>
/// <param name="Classes">The classes with their rows in each part; none of numbers.</param>
/// <param name="ContactSheet">Some images as an address that holds a PNG; null where there are none.</param>
internal sealed record DataReport(IReadOnlyList<ColumnReport> Columns, IReadOnlyList<ClassReport> Classes, string? ContactSheet);
