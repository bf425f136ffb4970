namespace Anneal.Serving.BatchInference;

/// <summary>A column that a model reads.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Width">Its values per row: 1, or the elements of a row of an input that is read as one list.</param>
/// <param name="Offset">Its first cell among those of a row.</param>
/// <param name="Places">The inputs that it fills, each from an element of the row on.</param>
internal sealed record TableColumn(string Name, int Width, int Offset, IReadOnlyList<(int Input, int Element)> Places);
