namespace Anneal.Trainer.Monitors;

/// <summary>How often values fall into bins of equal width.</summary>
/// <param name="Low">The lower bound of the first bin.</param>
/// <param name="High">The upper bound of the last bin, which belongs to it.</param>
/// <param name="Counts">Values in each bin.</param>
public sealed record Histogram(double Low, double High, IReadOnlyList<long> Counts)
{
    /// <summary>The number of bins.</summary>
    public const int Bins = 32;

    /// <summary>Counts values between bounds.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">The largest value.</param>
    /// <returns>The histogram; all in the first bin where the bounds are equal.</returns>
    public static Histogram Of(ReadOnlySpan<float> values, double low, double high)
    {
        // Neighbours are often in one bin: two tables keep a count from waiting for the one before.
        long[] counts = new long[Bins];
        Span<long> others = stackalloc long[Bins];
        double scale = high > low ? Bins / (high - low) : 0;
        int i = 0;
        for (; i + 1 < values.Length; i += 2)
        {
            counts[Math.Min((int)((values[i] - low) * scale), Bins - 1)]++;
            others[Math.Min((int)((values[i + 1] - low) * scale), Bins - 1)]++;
        }

        if (i < values.Length)
        {
            counts[Math.Min((int)((values[i] - low) * scale), Bins - 1)]++;
        }

        for (int bin = 0; bin < Bins; bin++)
        {
            counts[bin] += others[bin];
        }

        return new Histogram(low, high, counts);
    }
}
