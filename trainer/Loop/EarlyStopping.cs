namespace Anneal.Trainer.Loop;

/// <summary>Stops a run whose metric no longer improves; the best epoch's parameters are then the result.</summary>
/// <param name="Metric">The metric's name among those of <see cref="Metrics"/>, such as <c>accuracy</c> or <c>loss</c>.</param>
/// <param name="Patience">Epochs without improvement that end the run, at least 1.</param>
/// <param name="MinDelta">The least change that counts as improvement, at least 0.</param>
/// <param name="HigherIsBetter">Whether larger values of the metric are better.</param>
public sealed record EarlyStopping(string Metric, int Patience, double MinDelta, bool HigherIsBetter)
{
    /// <summary>Whether the metric is that of the training rows as they were trained on, rather than of the validation rows.</summary>
    public bool OnTrain { get; init; }
}
