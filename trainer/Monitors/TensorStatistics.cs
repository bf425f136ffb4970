namespace Anneal.Trainer.Monitors;

/// <summary>What the elements of a tensor are like.</summary>
/// <param name="Mean">Mean of the finite elements.</param>
/// <param name="Variance">Their mean squared distance from the mean.</param>
/// <param name="Norm">Root of their sum of squares.</param>
/// <param name="NotFinite">Elements that are NaN or infinite.</param>
/// <param name="Histogram">The finite elements by size.</param>
public sealed record TensorStatistics(double Mean, double Variance, double Norm, long NotFinite, Histogram Histogram)
{
    /// <summary>Looks at the elements of a tensor.</summary>
    /// <param name="values">The elements.</param>
    /// <returns>The statistics; zeros for none. Sums are in double, in order.</returns>
    public static TensorStatistics Of(ReadOnlySpan<float> values)
    {
        double sum = 0;
        double squares = 0;
        long finite = 0;
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                finite++;
                sum += value;
                squares += (double)value * value;
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }
        }

        if (finite == 0)
        {
            return new TensorStatistics(0, 0, 0, values.Length, new Histogram(0, 0, new long[Histogram.Bins]));
        }

        double mean = sum / finite;
        double spread = 0;
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                spread += (value - mean) * (value - mean);
            }
        }

        return new TensorStatistics(mean, spread / finite, Math.Sqrt(squares), values.Length - finite, Histogram.Of(values, low, high));
    }
}
