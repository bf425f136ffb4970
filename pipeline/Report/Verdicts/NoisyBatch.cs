using System.Globalization;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>The loss of one batch says little of the loss: steps differ more than they improve.</summary>
internal sealed class NoisyBatch : IVerdict
{
    private const int FewestSteps = 8;
    private const double Spread = 0.5;

    public Verdict? Judge(RunHistory run)
    {
        StepRecord[] late = [.. run.Steps.Skip(run.Steps.Count * 2 / 3)];
        if (late.Length < FewestSteps)
        {
            return null;
        }

        double mean = late.Average(s => (double)s.Loss);
        double deviation = Math.Sqrt(late.Average(s => (s.Loss - mean) * (s.Loss - mean)));
        bool hardlyTrained = run.Chance.Loss is { } chance && mean > chance / 10;
        return !hardlyTrained || deviation < Spread * mean
            ? null
            : new Verdict(
                "noisy batch",
                Severity.Note,
                string.Create(CultureInfo.InvariantCulture, $"over the last third of the logged steps the loss of a batch of {late[0].Rows} is {mean:0.###} ± {deviation:0.###}"),
                "take a larger batch or accumulate gradients, or lower the rate",
                "steps");
    }
}
