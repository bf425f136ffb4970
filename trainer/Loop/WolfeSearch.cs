namespace Anneal.Trainer.Loop;

/// <summary>A line search for the strong Wolfe conditions: f(t) ≤ f(0) + c₁·t·f'(0) and |f'(t)| ≤ c₂·|f'(0)|.</summary>
/// <param name="decrease">c₁.</param>
/// <param name="curvature">c₂.</param>
/// <param name="evaluations">Points that may be asked for.</param>
/// <seealso href="https://doi.org/10.1007/978-0-387-40065-5">Nocedal and Wright, Numerical optimization, algorithms 3.5 and 3.6</seealso>
internal sealed class WolfeSearch(double decrease, double curvature, int evaluations)
{
    private const double Growth = 2;

    /// <summary>A point of the line.</summary>
    /// <param name="T">Its place.</param>
    /// <param name="Value">f there.</param>
    /// <param name="Slope">f' there.</param>
    public readonly record struct Point(double T, double Value, double Slope);

    /// <summary>Searches.</summary>
    /// <param name="line">The function: a place to its value and slope.</param>
    /// <param name="start">The point at 0, with a negative slope.</param>
    /// <param name="first">The first place to try, above 0.</param>
    /// <param name="noise">How far values are off by rounding.</param>
    /// <returns>A point that holds the conditions; else the lowest that was seen, the start included.</returns>
    public Point Find(Func<double, Point> line, Point start, double first, double noise)
    {
        Point best = start;
        Point before = start;
        double t = first;
        int left = evaluations;
        while (left-- > 0)
        {
            Point now = line(t);
            best = now.Value < best.Value ? now : best;
            if (!Decreases(start, now, noise) || (before.T > 0 && now.Value >= before.Value))
            {
                return Zoom(line, start, before, now, best, left, noise);
            }

            if (IsFlat(start, now))
            {
                return now;
            }

            if (now.Slope >= 0)
            {
                return Zoom(line, start, now, before, best, left, noise);
            }

            before = now;
            t *= Growth;
        }

        return best;
    }

    // low holds the first condition and has the lowest value so far; a point that holds both lies between low and high.
    private Point Zoom(Func<double, Point> line, Point start, Point low, Point high, Point best, int left, double noise)
    {
        while (left-- > 0 && Math.Abs(high.T - low.T) > 1e-12 * Math.Max(1, Math.Abs(low.T)))
        {
            Point now = line(Between(low, high));
            best = now.Value < best.Value ? now : best;
            if (!Decreases(start, now, noise) || now.Value >= low.Value)
            {
                high = now;
                continue;
            }

            if (IsFlat(start, now))
            {
                return now;
            }

            if (now.Slope * (high.T - low.T) >= 0)
            {
                high = low;
            }

            low = now;
        }

        return best;
    }

    private bool Decreases(Point start, Point now, double noise) => now.Value <= start.Value + (decrease * now.T * start.Slope) + noise;

    private bool IsFlat(Point start, Point now) => Math.Abs(now.Slope) <= curvature * Math.Abs(start.Slope);

    // The least point of the cubic through both, kept a tenth away from the ends; the middle where there is none.
    private static double Between(Point a, Point b)
    {
        double d1 = a.Slope + b.Slope - (3 * (a.Value - b.Value) / (a.T - b.T));
        double square = (d1 * d1) - (a.Slope * b.Slope);
        double d2 = Math.Sign(b.T - a.T) * Math.Sqrt(square);
        double t = b.T - ((b.T - a.T) * (b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2)));
        double margin = 0.1 * Math.Abs(b.T - a.T);
        double least = Math.Min(a.T, b.T) + margin;
        double most = Math.Max(a.T, b.T) - margin;
        return t >= least && t <= most ? t : double.IsFinite(t) ? Math.Clamp(t, least, most) : (a.T + b.T) / 2;
    }
}
