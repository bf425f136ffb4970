using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Schedules;

/// <summary>The learning rate of each step: a rate times a factor in time, behind a linear warm-up.</summary>
/// <param name="Rate">The optimizer's rate.</param>
public abstract partial record Schedule(float Rate)
{
    /// <summary>Epochs of the run or phase: the time that schedules which span it take.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Steps in which the rate rises linearly to the schedule's first: rate · (t + 1) / warmup; from 0, and fewer than the run has.</summary>
    public int Warmup { get; init; }

    /// <summary>The user's line.</summary>
    public Origin Origin { get; init; } = Origin.None;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step from 0 over the whole run or phase.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <returns>The rate.</returns>
    public float At(long step, int stepsPerEpoch)
    {
        long steps = ((long)Epochs * stepsPerEpoch) - Warmup;
        return step < Warmup
            ? (float)(Rate * Factor(new ScheduleTime(0, stepsPerEpoch, steps)) * (step + 1) / Warmup)
            : (float)(Rate * Factor(new ScheduleTime(step - Warmup, stepsPerEpoch, steps)));
    }

    /// <summary>Refuses settings that the length of the run leaves without use.</summary>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <exception cref="AnnealException">The warm-up fills the run.</exception>
    public void Check(int stepsPerEpoch)
    {
        long steps = (long)Epochs * stepsPerEpoch;
        if (Warmup >= steps)
        {
            throw AnnealException.BadUsage(
                FormattableString.Invariant($"{Warmup} steps of warm-up, but there are {steps}: the schedule would never begin"),
                "lower 'warmup', or train for more epochs").In(Origin.ToString());
        }
    }

    /// <summary>The factor of the rate.</summary>
    /// <param name="time">The time, from the end of the warm-up.</param>
    /// <returns>The factor.</returns>
    protected abstract double Factor(in ScheduleTime time);
}
