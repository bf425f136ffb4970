namespace Anneal.Trainer.Loop;

/// <summary>What a step gave.</summary>
/// <param name="Loss">Weighted mean loss over its rows.</param>
/// <param name="Mass">The sum of its rows' weights: the rows themselves where all weights are 1.</param>
/// <param name="Correct">Rows that were answered rightly; 0 in a regression.</param>
internal readonly record struct StepResult(float Loss, float Mass, float Correct);
