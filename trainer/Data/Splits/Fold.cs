namespace Anneal.Trainer.Data.Splits;

/// <summary>A training of its own: some rows to train on, others to validate on.</summary>
/// <param name="Name">Its name among the folds, such as <c>3</c>, or <c>2.3</c> in the second repeat.</param>
/// <param name="Train">Rows to train on, in ascending order; a bootstrap has some of them more than once.</param>
/// <param name="Validation">Rows to validate on, in ascending order; none of them is trained on.</param>
public sealed record Fold(string Name, int[] Train, int[] Validation);
