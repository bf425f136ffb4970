namespace Anneal.Trainer.Features;

/// <summary>A column whose feature is the id of a vector that the network trains.</summary>
/// <param name="Name">The column.</param>
/// <param name="Ids">The number of ids, which go from 0 to one less; -1 stands for a vector of zeros.</param>
/// <param name="Width">The length of a vector.</param>
public sealed record EmbeddedColumn(string Name, int Ids, int Width);
