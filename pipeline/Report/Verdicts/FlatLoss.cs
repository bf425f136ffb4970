using System.Globalization;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Rows with a loss give no gradient: the loss is cut off where the gradient was to be.</summary>
internal sealed class FlatLoss : IVerdict
{
    private const double SmallLoss = 0.1;

    public Verdict? Judge(RunHistory run)
    {
        // A hinge is silent too, on rows that it is content with: theirs is the least loss, and what a clip cuts off is the largest.
        MonitorRecord? look = run.Monitors.FirstOrDefault(m => m.Layers.Count > 0 && m.SilentLoss >= m.Loss && run.Chance.Loss is { } chance && m.Loss > SmallLoss * chance);
        return look is null
            ? null
            : new Verdict(
                "loss clipped instead of gradient",
                Severity.Problem,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"in epoch {look.Epoch} {look.Layers[^1].SilentRows:0%} of the watched rows give no gradient at all to '{look.Layers[^1].Name}', though their mean loss is {look.SilentLoss:0.###}, of all watched rows {look.Loss:0.###}"),
                "bound the gradient (clip: {norm: 1}), not the loss: what is cut off the loss teaches nothing",
                "gradient_norm");
    }
}
