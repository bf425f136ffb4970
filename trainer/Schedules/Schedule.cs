namespace Anneal.Trainer.Schedules;

/// <summary>The learning rate of each step.</summary>
public abstract record Schedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step from 0 over the whole run.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <returns>The rate.</returns>
    public abstract float At(long step, int stepsPerEpoch);

    /// <summary>The same rate at every step.</summary>
    /// <param name="Rate">The rate.</param>
    public sealed record Constant(float Rate) : Schedule
    {
        /// <inheritdoc/>
        public override float At(long step, int stepsPerEpoch) => Rate;
    }

    /// <summary>Step decay: rate · factor^⌊n / every⌋, where n counts steps or epochs from 0.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Every">How many steps or epochs a rate lasts, at least 1.</param>
    /// <param name="Factor">What the rate is multiplied by, in (0, 1].</param>
    /// <param name="PerEpoch">Whether <paramref name="Every"/> counts epochs.</param>
    public sealed record StepDecay(float Rate, int Every, double Factor, bool PerEpoch) : Schedule
    {
        /// <inheritdoc/>
        public override float At(long step, int stepsPerEpoch) =>
            (float)(Rate * Math.Pow(Factor, (PerEpoch ? step / stepsPerEpoch : step) / Every));
    }
}
