using System.Globalization;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>A squashing function answers at its flat ends: hardly any gradient flows through it.</summary>
internal sealed class SaturatedUnits : IVerdict
{
    private const double Many = 0.5;

    public Verdict? Judge(RunHistory run)
    {
        LayerRecord[] flat = [.. run.Monitors.Count == 0 ? [] : run.Monitors[^1].Layers.Where(l => l.Saturated > Many)];
        return flat.Length == 0
            ? null
            : new Verdict(
                "saturated layer",
                Severity.Warning,
                $"outputs at a flat end of the activation: {string.Join(", ", flat.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} {l.Saturated:0%}")))}",
                "begin with smaller weights, scale the inputs, put a normalisation before the activation",
                "units");
    }
}
