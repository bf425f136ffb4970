namespace Anneal.Trainer.Monitors;

/// <summary>What a model answers to a row.</summary>
/// <param name="Row">The row of the table.</param>
/// <param name="Scores">The probability of each class; of class 1 of two; of each label; or the predicted numbers.</param>
public sealed record RowAnswer(int Row, IReadOnlyList<float> Scores);
