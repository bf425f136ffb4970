namespace Anneal.Trainer.Loop;

/// <summary>What a step gave.</summary>
/// <param name="Loss">Mean loss over its rows.</param>
/// <param name="Correct">Rows that were classified rightly; 0 in a regression.</param>
internal readonly record struct StepResult(float Loss, float Correct);
