namespace Anneal.Exporter.Variants;

/// <summary>How often a value's elements fall into equal bins between the least and the largest of them.</summary>
internal sealed class Histogram
{
    private const int Bins = 2048;
    private const int Levels = 256;
    private const int Stride = 16;

    private readonly long[] _counts = new long[Bins];
    private readonly double _min;
    private readonly double _width;

    /// <summary>Begins an empty histogram.</summary>
    /// <param name="range">The range of all elements that will be counted.</param>
    public Histogram(ValueRange range)
    {
        _min = range.Min;
        _width = ((double)range.Max - range.Min) / Bins;
    }

    // The bin that begins at or holds 0.
    private int Origin => _width > 0 ? Math.Clamp((int)(-_min / _width), 0, Bins - 1) : 0;

    /// <summary>Counts elements; what is no number is left out.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                _counts[_width > 0 ? Math.Clamp((int)((value - _min) / _width), 0, Bins - 1) : 0]++;
            }
        }
    }

    /// <summary>The range that leaves out at most 1 - share of the elements below, and as many above.</summary>
    public ValueRange Percentile(double share)
    {
        long allowed = (long)((1 - share) * _counts.Sum());
        int low = 0;
        for (long left = _counts[0]; left <= allowed && low < Origin; left += _counts[low])
        {
            low++;
        }

        int high = Bins;
        for (long left = _counts[^1]; left <= allowed && high > Origin + 1; left += _counts[high - 1])
        {
            high--;
        }

        return RangeOf(low, high);
    }

    /// <summary>The range, shrunk towards 0, whose steps keep the distribution best.</summary>
    public ValueRange Entropy()
    {
        (double Loss, int Low, int High) best = (double.PositiveInfinity, 0, Bins);
        for (int size = Levels; size <= Bins; size += Stride)
        {
            int low = Origin - (int)((long)Origin * size / Bins);
            int high = Math.Min(Bins, low + size);
            double loss = Divergence(low, high);
            best = loss < best.Loss ? (loss, low, high) : best;
        }

        return RangeOf(best.Low, best.High);
    }

    // KL(P || Q) of the bins with what is outside counted at the ends, and the same bins after they went through the levels, where each level's mass is spread evenly over
    // those of its bins that have any.
    private double Divergence(int low, int high)
    {
        int size = high - low;
        double[] p = [.. _counts[low..high].Select(c => (double)c)];
        double[] q = new double[size];
        for (int level = 0; level < Levels; level++)
        {
            int from = (int)((long)level * size / Levels);
            int to = (int)((level + 1L) * size / Levels);
            int filled = p.AsSpan(from, to - from).Length - p.AsSpan(from, to - from).Count(0.0);
            double mean = filled == 0 ? 0 : p[from..to].Sum() / filled;
            for (int i = from; i < to; i++)
            {
                q[i] = p[i] > 0 ? mean : 0;
            }
        }

        p[0] += _counts[..low].Sum();
        p[^1] += _counts[high..].Sum();
        double total = p.Sum();
        double kept = q.Sum();
        if (total == 0 || kept == 0)
        {
            return total == 0 ? 0 : double.PositiveInfinity;
        }

        double loss = 0;
        for (int i = 0; i < size; i++)
        {
            if (p[i] > 0)
            {
                // An end bin that only outliers fill has no mass of its own; a smallest one keeps the loss finite.
                loss += p[i] / total * Math.Log(p[i] / total / Math.Max(q[i] / kept, 1e-10));
            }
        }

        return loss;
    }

    private ValueRange RangeOf(int low, int high) =>
        new((float)Math.Min(0, _min + (low * _width)), (float)Math.Max(0, _min + (high * _width)));
}
