namespace Anneal.Trainer.Schedules;

public abstract partial record Schedule
{
    /// <summary>The same rate at every step.</summary>
    /// <param name="Rate">The rate.</param>
    public sealed record Constant(float Rate) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => 1;
    }

    /// <summary>factor^⌊n / every⌋, where n counts steps or epochs from 0.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Every">How many steps or epochs a rate lasts, at least 1.</param>
    /// <param name="Decay">What the rate is multiplied by, in (0, 1].</param>
    /// <param name="PerEpoch">Whether <paramref name="Every"/> counts epochs.</param>
    public sealed record StepDecay(float Rate, int Every, double Decay, bool PerEpoch) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => Math.Pow(Decay, time.Units(PerEpoch) / Every);
    }

    /// <summary>factor to the number of milestones that are reached.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Milestones">Steps or epochs, rising.</param>
    /// <param name="Decay">What the rate is multiplied by at each, in (0, 1].</param>
    /// <param name="PerEpoch">Whether milestones count epochs.</param>
    public sealed record MultiStep(float Rate, IReadOnlyList<int> Milestones, double Decay, bool PerEpoch) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time)
        {
            long now = time.Units(PerEpoch);
            int reached = 0;
            while (reached < Milestones.Count && now >= Milestones[reached])
            {
                reached++;
            }

            return Math.Pow(Decay, reached);
        }
    }

    /// <summary>factorⁿ.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Decay">The factor of a step or an epoch, in (0, 1].</param>
    /// <param name="PerEpoch">Whether n counts epochs.</param>
    public sealed record Exponential(float Rate, double Decay, bool PerEpoch) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => Math.Pow(Decay, time.Units(PerEpoch));
    }

    /// <summary>1 / (1 + decay·n).</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Decay">The decay, above 0.</param>
    /// <param name="PerEpoch">Whether n counts epochs.</param>
    public sealed record InverseTime(float Rate, double Decay, bool PerEpoch) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => 1 / (1 + (Decay * time.Units(PerEpoch)));
    }

    /// <summary>floor + (1 - floor) · (1 - p)^power, where p is the share of the time that is over.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Power">The power, above 0; 1 falls along a line.</param>
    /// <param name="Floor">The lowest rate, as a share of <paramref name="Rate"/>, in [0, 1).</param>
    /// <param name="PerEpoch">Whether the rate changes from epoch to epoch only.</param>
    public sealed record Polynomial(float Rate, double Power, double Floor = 0, bool PerEpoch = false) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => Floor + ((1 - Floor) * Math.Pow(1 - time.Progress(PerEpoch), Power));
    }

    /// <summary>Half a cosine: floor + (1 - floor) · (1 + cos(π·p)) / 2, where p is the share of the time that is over.</summary>
    /// <param name="Rate">The highest rate.</param>
    /// <param name="Floor">The lowest rate, as a share of <paramref name="Rate"/>, in [0, 1).</param>
    /// <param name="PerEpoch">Whether the rate changes from epoch to epoch only.</param>
    /// <seealso href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR (2016)</seealso>
    public sealed record Cosine(float Rate, double Floor = 0, bool PerEpoch = false) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => HalfCosine(time.Progress(PerEpoch), Floor);
    }

    /// <summary>Cosines one after another: each falls to the floor, then the rate jumps back; each period is longer by a factor.</summary>
    /// <param name="Rate">The highest rate.</param>
    /// <param name="Period">Steps or epochs of the first cosine, at least 1.</param>
    /// <param name="Growth">What each period is multiplied by to give the next, at least 1.</param>
    /// <param name="Floor">The lowest rate, as a share of <paramref name="Rate"/>, in [0, 1).</param>
    /// <param name="PerEpoch">Whether the period counts epochs; the rate changes from step to step all the same.</param>
    /// <seealso href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR (2016)</seealso>
    public sealed record WarmRestarts(float Rate, int Period, double Growth = 1, double Floor = 0, bool PerEpoch = true) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time)
        {
            double left = time.Exact(PerEpoch);
            double period = Period;
            if (Growth == 1)
            {
                left %= period;
            }

            while (left >= period)
            {
                left -= period;
                period *= Growth;
            }

            return HalfCosine(left / period, Floor);
        }
    }

    /// <summary>Lines one after another: each falls from the rate to the floor, then the rate jumps back.</summary>
    /// <param name="Rate">The highest rate.</param>
    /// <param name="Period">Steps or epochs of a line, at least 1; its last step has the floor.</param>
    /// <param name="Floor">The lowest rate, as a share of <paramref name="Rate"/>, in [0, 1).</param>
    /// <param name="PerEpoch">Whether the period counts epochs; the rate changes from step to step all the same.</param>
    /// <seealso href="https://arxiv.org/abs/1803.05407">Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization (2018)</seealso>
    public sealed record Cyclic(float Rate, int Period, double Floor = 0, bool PerEpoch = true) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time)
        {
            long period = Period * (PerEpoch ? (long)time.StepsPerEpoch : 1);
            double share = ((time.Step % period) + 1) / (double)period;
            return 1 - (share * (1 - Floor));
        }
    }

    /// <summary>One rise and one fall along half cosines: from 1/start to 1 over a share of the time, then to 1/(start·end).</summary>
    /// <param name="Rate">The highest rate.</param>
    /// <param name="Rise">The share of the time in which the rate rises, in (0, 1).</param>
    /// <param name="Start">The highest rate over the first, above 1.</param>
    /// <param name="End">The first rate over the last, at least 1.</param>
    /// <seealso href="https://arxiv.org/abs/1708.07120">Smith and Topin, Super-convergence (2017)</seealso>
    public sealed record OneCycle(float Rate, double Rise = 0.3, double Start = 25, double End = 10000) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time)
        {
            double last = Math.Max(1, time.Steps - 1);
            double peak = (Rise * time.Steps) - 1;
            double now = Math.Min(time.Step, last);
            return now < peak
                ? HalfCosine(1 - (now / peak), 1 / Start)
                : HalfCosine((now - peak) / (last - peak), 1 / (Start * End));
        }
    }

    /// <summary>The rate falls by a factor when a validation metric has not improved for some epochs: <see cref="Plateau"/>.</summary>
    /// <param name="Rate">The first rate.</param>
    /// <param name="Rule">When it falls.</param>
    public sealed record ReduceOnPlateau(float Rate, PlateauRule Rule) : Schedule(Rate)
    {
        /// <inheritdoc/>
        protected override double Factor(in ScheduleTime time) => 1;
    }

    private static double HalfCosine(double progress, double floor) => floor + ((1 - floor) * (1 + Math.Cos(Math.PI * progress)) / 2);
}
