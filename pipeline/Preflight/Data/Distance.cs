namespace Anneal.Pipeline.Preflight.Data;

/// <summary>How far two samples of a column are apart, and how far chance would put them.</summary>
internal static class Distance
{
    // c(α) of Kolmogorov and Smirnov at α = 1e-5, low because many columns are looked at.
    private const double Critical = 2.47;

    /// <summary>The largest difference of the two shares of numbers below a value (Kolmogorov and Smirnov).</summary>
    /// <param name="a">A sample, sorted.</param>
    /// <param name="b">Another.</param>
    /// <returns>The distance, and the largest that chance gives.</returns>
    public static (double Distance, double Chance) OfNumbers(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double distance = 0;
        int i = 0;
        int j = 0;
        while (i < a.Length && j < b.Length)
        {
            float value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value)
            {
                i++;
            }

            while (j < b.Length && b[j] <= value)
            {
                j++;
            }

            distance = Math.Max(distance, Math.Abs(((double)i / a.Length) - ((double)j / b.Length)));
        }

        return (distance, Critical * Math.Sqrt((1.0 / a.Length) + (1.0 / b.Length)));
    }

    /// <summary>Half the sum of differences of the shares of each category (total variation).</summary>
    /// <param name="a">A sample.</param>
    /// <param name="b">Another.</param>
    /// <returns>The distance, and the largest that chance gives: its mean under one distribution, with a margin of Hoeffding's kind.</returns>
    public static (double Distance, double Chance) OfCategories(IReadOnlyCollection<string> a, IReadOnlyCollection<string> b)
    {
        Dictionary<string, int> ofA = a.CountBy(t => t, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Dictionary<string, int> ofB = b.CountBy(t => t, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        double noise = (1.0 / a.Count) + (1.0 / b.Count);
        double distance = 0;
        double mean = 0;
        foreach (string text in ofA.Keys.Union(ofB.Keys, StringComparer.Ordinal))
        {
            int countA = ofA.GetValueOrDefault(text);
            int countB = ofB.GetValueOrDefault(text);
            double share = (double)(countA + countB) / (a.Count + b.Count);
            distance += Math.Abs(((double)countA / a.Count) - ((double)countB / b.Count)) / 2;
            mean += Math.Sqrt(2 / Math.PI * share * (1 - share) * noise) / 2;
        }

        return (distance, mean + (Critical * Math.Sqrt(noise)));
    }
}
