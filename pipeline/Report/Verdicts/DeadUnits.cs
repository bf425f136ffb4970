using System.Globalization;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Many units answer zero to every row: no gradient flows through them any more.</summary>
internal sealed class DeadUnits : IVerdict
{
    private const double Many = 0.5;

    public Verdict? Judge(RunHistory run)
    {
        LayerRecord[] dead = [.. run.Monitors.Count == 0 ? [] : run.Monitors[^1].Layers.Where(l => l.Dead > Many)];
        return dead.Length == 0
            ? null
            : new Verdict(
                "dead layer",
                Severity.Problem,
                $"units that are zero on every watched row after the last epoch: {string.Join(", ", dead.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} {l.Dead:0%}")))}",
                "lower the rate, take leaky_relu or gelu, begin biases at zero, and look at the inputs' scale",
                "units");
    }
}
