namespace Anneal.Trainer.Loop;

/// <summary>What a step gave.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="StepInEpoch">The step within it, from 1.</param>
/// <param name="Step">The step within the run, from 1.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Loss">Mean loss of the batch.</param>
/// <param name="Rate">The learning rate.</param>
public readonly record struct StepRecord(int Epoch, int StepInEpoch, long Step, int Rows, float Loss, float Rate);
