namespace Anneal.Trainer.Diagnostics;

/// <summary>What a learning-rate range test found.</summary>
/// <param name="Points">The curve.</param>
/// <param name="Suggested">A rate to begin with: where the smoothed loss falls most steeply over the logarithm of the rate; null where it does not fall.</param>
public sealed record RateRange(IReadOnlyList<RatePoint> Points, double? Suggested)
{
    private const double Smoothing = 0.9;
    private const double Diverged = 4;

    /// <summary>Raises the rate exponentially, a step at each, until the loss diverges.</summary>
    /// <param name="training">A training that has not begun.</param>
    /// <param name="from">The lowest rate.</param>
    /// <param name="to">The highest.</param>
    /// <param name="steps">How many rates there are, at least 2.</param>
    /// <returns>The curve and the suggestion.</returns>
    /// <seealso href="https://arxiv.org/abs/1506.01186">Smith, Cyclical Learning Rates for Training Neural Networks (2015)</seealso>
    public static RateRange Find(ShortTraining training, double from = 1e-7, double to = 10, int steps = 120)
    {
        var points = new List<RatePoint>();
        double average = 0;
        double weight = 0;
        double best = double.PositiveInfinity;
        for (int i = 0; i < steps; i++)
        {
            double rate = from * Math.Pow(to / from, (double)i / (steps - 1));
            double loss = training.Step((float)rate).Loss;
            average = (Smoothing * average) + ((1 - Smoothing) * loss);
            weight = (Smoothing * weight) + 1 - Smoothing;
            double smooth = average / weight;
            if (!double.IsFinite(loss) || smooth > Diverged * best)
            {
                break;
            }

            best = Math.Min(best, smooth);
            points.Add(new RatePoint(rate, loss, smooth));
        }

        return new RateRange(points, Steepest(points));
    }

    /// <summary>The rate of the steepest fall of a curve before its lowest point.</summary>
    /// <param name="points">The curve, at rates in a constant ratio.</param>
    /// <returns>The rate; null where the curve does not fall.</returns>
    public static double? Steepest(IReadOnlyList<RatePoint> points)
    {
        // The average lags by about ten steps, so that a slope over as many is that of the curve itself.
        const int Reach = 10;
        int lowest = 0;
        for (int i = 1; i < points.Count; i++)
        {
            lowest = points[i].Smooth < points[lowest].Smooth ? i : lowest;
        }

        double steepest = 0;
        double? rate = null;
        for (int i = Reach; i + Reach < points.Count && i <= lowest; i++)
        {
            double slope = points[i + Reach].Smooth - points[i - Reach].Smooth;
            if (slope < steepest)
            {
                (steepest, rate) = (slope, points[i].Rate);
            }
        }

        return rate;
    }
}
