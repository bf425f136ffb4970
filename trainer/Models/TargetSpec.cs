namespace Anneal.Trainer.Models;

/// <summary>What a model is trained towards.</summary>
/// <param name="Task">The task.</param>
/// <param name="Classes">The number of classes; 1 for regression.</param>
/// <param name="Mean">Regression: the training target's mean, in the target's unit.</param>
/// <param name="Deviation">Regression: the training target's standard deviation, in the target's unit.</param>
public sealed record TargetSpec(LearningTask Task, int Classes, float Mean = 0, float Deviation = 1);
