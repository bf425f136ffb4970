namespace Anneal.Trainer.Data;

/// <summary>Which rows of a table serve what; each row is in one part, each part in ascending order.</summary>
/// <param name="Train">Rows to train on.</param>
/// <param name="Validation">Rows held out to choose by.</param>
/// <param name="Test">Rows held out to judge by.</param>
public sealed record SplitRows(int[] Train, int[] Validation, int[] Test);
