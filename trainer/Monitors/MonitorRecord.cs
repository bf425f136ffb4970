using Anneal.Trainer.Loop;

namespace Anneal.Trainer.Monitors;

/// <summary>The inside of a model after an epoch, on a few training rows that stay the same.</summary>
/// <param name="Epoch">The epoch, from 1; 0 is before training.</param>
/// <param name="Step">Steps done in all.</param>
/// <param name="Rows">The rows that were looked at.</param>
/// <param name="Loss">Their mean loss, dropout included.</param>
/// <param name="GradientNorm">The norm of all parameters' gradients together; null where the optimizer needs none.</param>
/// <param name="Parameters">The parameters that change, in the model's order.</param>
/// <param name="Layers">The layers, from the input to the loss.</param>
public sealed record MonitorRecord(
    int Epoch,
    long Step,
    int Rows,
    double Loss,
    double? GradientNorm,
    IReadOnlyList<ParameterRecord> Parameters,
    IReadOnlyList<LayerRecord> Layers)
{
    /// <summary>The metrics of the validation on up to 256 training rows that stay the same, as they are evaluated: without augmentation and dropout.</summary>
    public Metrics TrainSample { get; init; } = [];

    /// <summary>The mean loss of the rows that give the last layer no gradient; null where they are few.</summary>
    public double? SilentLoss { get; init; }

    /// <summary>What the model answers to a few rows that it is not trained on and that stay the same; none where there are no such rows.</summary>
    public IReadOnlyList<RowAnswer> Answers { get; init; } = [];
}
