namespace Anneal.Onnx.Metrics;

/// <summary>The receiver operating characteristic: the share of true rows found against the share of others taken for true, at every threshold.</summary>
public sealed class Roc
{
    // The score's bits in the order of its value, then the truth: numbers sort faster than pairs.
    private readonly ulong[] _rows;

    /// <summary>Sorts the rows.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="score">The score of a row.</param>
    /// <param name="isTrue">Whether it is true of a row.</param>
    internal Roc(int rows, Func<int, float> score, Func<int, bool> isTrue)
    {
        _rows = new ulong[rows];
        for (int row = 0; row < rows; row++)
        {
            bool isPositive = isTrue(row);
            Positives += isPositive ? 1 : 0;
            _rows[row] = ((ulong)Ordered(score(row)) << 1) | (isPositive ? 1UL : 0);
        }

        Array.Sort(_rows);
        Negatives = rows - Positives;
    }

    /// <summary>Rows of which it is true.</summary>
    public long Positives { get; }

    /// <summary>Rows of which it is not.</summary>
    public long Negatives { get; }

    /// <summary>The probability that a true row scores higher than another one, a tie counting one half: the area under the curve; NaN without rows of either kind.</summary>
    public double Auc
    {
        get
        {
            double above = 0;
            long below = 0;
            foreach ((_, long positives, long negatives) in Ties())
            {
                above += positives * (below + (negatives / 2.0));
                below += negatives;
            }

            return Positives == 0 || Negatives == 0 ? double.NaN : above / ((double)Positives * Negatives);
        }
    }

    /// <summary>The corners of the curve, from (0, 0) at a threshold above all scores to (1, 1) at the least.</summary>
    public IReadOnlyList<(double FalsePositiveRate, double TruePositiveRate, double Threshold)> Points
    {
        get
        {
            var points = new List<(double, double, double)> { (0, 0, double.PositiveInfinity) };
            long found = 0;
            long alarms = 0;
            foreach ((float score, long positives, long negatives) in Ties().Reverse())
            {
                found += positives;
                alarms += negatives;
                points.Add(((double)alarms / Negatives, (double)found / Positives, score));
            }

            return points;
        }
    }

    // Equal scores in one, ascending.
    private IEnumerable<(float Score, long Positives, long Negatives)> Ties()
    {
        for (int i = 0; i < _rows.Length;)
        {
            ulong score = _rows[i] >> 1;
            long positives = 0;
            int start = i;
            for (; i < _rows.Length && _rows[i] >> 1 == score; i++)
            {
                positives += (long)(_rows[i] & 1);
            }

            yield return (Value((uint)score), positives, i - start - positives);
        }
    }

    // Both zeros are one.
    private static uint Ordered(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return bits >> 31 == 0 ? bits | 0x80000000 : ~bits;
    }

    private static float Value(uint ordered) => BitConverter.UInt32BitsToSingle(ordered >> 31 == 1 ? ordered & 0x7FFFFFFF : ~ordered);
}
