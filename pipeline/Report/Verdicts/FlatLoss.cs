using System.Globalization;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Rows with a loss give no gradient: the loss is cut off where the gradient was to be.</summary>
internal sealed class FlatLoss : IVerdict
{
    private const double Few = 0.05;
    private const double SmallLoss = 0.1;

    public Verdict? Judge(RunHistory run)
    {
        MonitorRecord? look = run.Monitors.FirstOrDefault(m => m.Layers.Count > 0 && m.Layers[^1].SilentRows > Few && run.Chance.Loss is { } chance && m.Loss > SmallLoss * chance);
        return look is null
            ? null
            : new Verdict(
                "loss clipped instead of gradient",
                Severity.Problem,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"in epoch {look.Epoch} {look.Layers[^1].SilentRows:0%} of the watched rows give no gradient at all to '{look.Layers[^1].Name}', while their mean loss is {look.Loss:0.###}"),
                "bound the gradient (clip: {norm: 1}), not the loss: what is cut off the loss teaches nothing",
                "gradient_norm");
    }
}
