namespace Anneal.Trainer.Schedules;

/// <summary>When the rate falls because a metric stands still.</summary>
/// <param name="Metric">The validation metric's name.</param>
/// <param name="HigherIsBetter">Whether larger values of the metric are better.</param>
/// <param name="Factor">What the rate is multiplied by, in (0, 1).</param>
/// <param name="Patience">Epochs without improvement before it is, at least 1.</param>
/// <param name="MinDelta">The least change that counts as improvement, at least 0.</param>
/// <param name="Floor">The lowest rate, as a share of the first, in [0, 1).</param>
public sealed record PlateauRule(string Metric, bool HigherIsBetter, double Factor, int Patience, double MinDelta = 0, double Floor = 0)
{
    /// <summary>Takes the metric of an epoch.</summary>
    /// <param name="before">Where the rule stood.</param>
    /// <param name="value">The metric.</param>
    /// <returns>Where it stands.</returns>
    public Plateau Next(Plateau before, double value)
    {
        double gain = (value - before.Best) * (HigherIsBetter ? 1 : -1);
        if (!before.HasBest || gain > MinDelta)
        {
            return before with { HasBest = true, Best = value, Waited = 0 };
        }

        return before.Waited + 1 < Patience
            ? before with { Waited = before.Waited + 1 }
            : before with { Waited = 0, Factor = Math.Max(Floor, before.Factor * Factor) };
    }
}
