namespace Anneal.Trainer.Loop;

/// <summary>A line search for the strong Wolfe conditions: f(t) ≤ f(0) + c₁·t·f'(0) and |f'(t)| ≤ c₂·|f'(0)|.</summary>
/// <param name="decrease">c₁.</param>
/// <param name="curvature">c₂.</param>
/// <param name="evaluations">Points that may be asked for.</param>
/// <remarks>Places are least points of cubics, outside as far as ten times the last place, inside by the safeguards of minFunc.</remarks>
/// <seealso href="https://doi.org/10.1007/978-0-387-40065-5">Nocedal and Wright, Numerical optimization, algorithms 3.5 and 3.6</seealso>
/// <seealso href="https://www.cs.ubc.ca/~schmidtm/Software/minFunc.html">Schmidt, minFunc (2005)</seealso>
internal sealed class WolfeSearch(double decrease, double curvature, int evaluations)
{
    // The next place beyond one: past it by this share of the last step, or this many times it.
    private const double LeastGrowth = 0.01;
    private const double MostGrowth = 10;

    // How near an end of an interval a place may be twice in turn, as a share of the interval.
    private const double Margin = 0.1;

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

            t = Least(before, now, now.T + (LeastGrowth * (now.T - before.T)), MostGrowth * now.T);
            before = now;
        }

        return best;
    }

    // low holds the first condition and has the lowest value so far; a point that holds both lies between low and high.
    private Point Zoom(Func<double, Point> line, Point start, Point low, Point high, Point best, int left, double noise)
    {
        bool isNearEnd = false;
        while (left-- > 0 && Math.Abs(high.T - low.T) > 1e-12 * Math.Max(1, Math.Abs(low.T)))
        {
            Point now = line(Inside(low, high, ref isNearEnd));
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

    // The cubic's least place, unless it lies at an end or, for the second time in turn, near one: then a place a little off that end.
    private static double Inside(Point a, Point b, ref bool isNearEnd)
    {
        double first = Math.Min(a.T, b.T);
        double last = Math.Max(a.T, b.T);
        double t = Least(a, b, first, last);
        double margin = Margin * (last - first);
        bool wasNearEnd = isNearEnd;
        isNearEnd = Math.Min(t - first, last - t) < margin;
        if (isNearEnd && (wasNearEnd || t <= first || t >= last))
        {
            isNearEnd = false;
            return last - t < t - first ? last - margin : first + margin;
        }

        return t;
    }

    // Where the cubic through both is least, within bounds; their middle where it has no such place.
    private static double Least(Point a, Point b, double from, double to)
    {
        double d1 = a.Slope + b.Slope - (3 * (a.Value - b.Value) / (a.T - b.T));
        double d2 = Math.Sign(b.T - a.T) * Math.Sqrt((d1 * d1) - (a.Slope * b.Slope));
        double t = b.T - ((b.T - a.T) * (b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2)));
        return double.IsNaN(t) ? (from + to) / 2 : Math.Clamp(t, from, to);
    }
}
