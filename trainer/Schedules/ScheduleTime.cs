namespace Anneal.Trainer.Schedules;

/// <summary>A step's place behind the warm-up.</summary>
/// <param name="Step">Steps since the warm-up.</param>
/// <param name="StepsPerEpoch">Steps in an epoch.</param>
/// <param name="Steps">Steps from the warm-up to the end of the run or phase.</param>
public readonly record struct ScheduleTime(long Step, int StepsPerEpoch, long Steps)
{
    /// <summary>Whole units since the warm-up.</summary>
    /// <param name="perEpoch">Whether the unit is the epoch rather than the step.</param>
    /// <returns>The number of units that are over.</returns>
    public long Units(bool perEpoch) => perEpoch ? Step / StepsPerEpoch : Step;

    /// <summary>Time since the warm-up in units, in parts of an epoch where that is the unit.</summary>
    /// <param name="perEpoch">Whether the unit is the epoch rather than the step.</param>
    /// <returns>The time.</returns>
    public double Exact(bool perEpoch) => perEpoch ? (double)Step / StepsPerEpoch : Step;

    /// <summary>The share of the time that is over, from 0 to 1; in whole epochs where that is the unit.</summary>
    /// <param name="perEpoch">Whether the rate changes from epoch to epoch rather than from step to step.</param>
    /// <returns>The share.</returns>
    public double Progress(bool perEpoch = false) => Math.Min(1, (perEpoch ? Units(true) * (double)StepsPerEpoch : Step) / Math.Max(1, Steps));
}
