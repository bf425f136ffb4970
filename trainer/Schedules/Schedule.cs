using Anneal.Onnx;

namespace Anneal.Trainer.Schedules;

/// <summary>The learning rate of each step.</summary>
public abstract record Schedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step from 0 over the whole run.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <returns>The rate.</returns>
    public abstract float At(long step, int stepsPerEpoch);

    /// <summary>Refuses settings that the length of the run leaves without use.</summary>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <exception cref="AnnealException">A part of the schedule would never be reached.</exception>
    public virtual void Check(int stepsPerEpoch)
    {
    }

    /// <summary>The same rate at every step.</summary>
    /// <param name="Rate">The rate.</param>
    public sealed record Constant(float Rate) : Schedule
    {
        /// <inheritdoc/>
        public override float At(long step, int stepsPerEpoch) => Rate;
    }

    /// <summary>
    /// Linear warm-up, then half a cosine: rate · (t + 1) / warmup for t &lt; warmup, then
    /// rate · (floor + (1 - floor) · (1 + cos(π · (t - warmup) / (T - warmup))) / 2), where T = epochs · stepsPerEpoch.
    /// </summary>
    /// <param name="Rate">The highest rate.</param>
    /// <param name="Epochs">Epochs of the whole run, at least 1; from there on the rate is the lowest.</param>
    /// <param name="Warmup">Steps of the warm-up, from 0 and fewer than the run has.</param>
    /// <param name="Floor">The lowest rate, as a share of <paramref name="Rate"/>, in [0, 1).</param>
    /// <seealso href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR (2016)</seealso>
    public sealed record Cosine(float Rate, int Epochs, int Warmup = 0, double Floor = 0) : Schedule
    {
        /// <inheritdoc/>
        public override float At(long step, int stepsPerEpoch)
        {
            if (step < Warmup)
            {
                return (float)(Rate * (double)(step + 1) / Warmup);
            }

            double progress = Math.Min(1, (step - Warmup) / (double)(((long)Epochs * stepsPerEpoch) - Warmup));
            return (float)(Rate * (Floor + ((1 - Floor) * (1 + Math.Cos(Math.PI * progress)) / 2)));
        }

        /// <inheritdoc/>
        public override void Check(int stepsPerEpoch)
        {
            long steps = (long)Epochs * stepsPerEpoch;
            if (Warmup >= steps)
            {
                throw AnnealException.BadUsage(
                    $"train.schedule.cosine.warmup: {Warmup} steps of warm-up, but the run has {steps}: the rate would never fall",
                    "lower 'warmup', or train for more epochs");
            }
        }
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
