namespace Anneal.Trainer.Monitors;

/// <summary>How often values fall into bins of equal width.</summary>
/// <param name="Low">The lower bound of the first bin.</param>
/// <param name="High">The upper bound of the last bin, which belongs to it.</param>
/// <param name="Counts">Values in each bin; values that are not finite are in none.</param>
public sealed record Histogram(double Low, double High, IReadOnlyList<long> Counts)
{
    /// <summary>The number of bins.</summary>
    public const int Bins = 32;

    /// <summary>Counts values between bounds.</summary>
    /// <param name="values">The values.</param>
    /// <param name="low">The least finite value.</param>
    /// <param name="high">The largest finite value.</param>
    /// <returns>The histogram; all in the first bin where the bounds are equal.</returns>
    public static Histogram Of(ReadOnlySpan<float> values, double low, double high)
    {
        long[] counts = new long[Bins];
        double scale = high > low ? Bins / (high - low) : 0;
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                counts[Math.Clamp((int)((value - low) * scale), 0, Bins - 1)]++;
            }
        }

        return new Histogram(low, high, counts);
    }
}
