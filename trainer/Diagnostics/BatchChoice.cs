namespace Anneal.Trainer.Diagnostics;

/// <summary>A batch size that was found by trying.</summary>
/// <param name="Batch">Rows of a step.</param>
/// <param name="Trials">What was tried, in order.</param>
/// <param name="Ended">Why nothing larger was tried.</param>
public sealed record BatchChoice(int Batch, IReadOnlyList<BatchTrial> Trials, string Ended);
