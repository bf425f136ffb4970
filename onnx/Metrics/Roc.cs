namespace Anneal.Onnx.Metrics;

/// <summary>The receiver operating characteristic: the share of true rows found against the share of others taken for true, at every threshold.</summary>
public sealed class Roc
{
    private readonly float[] _scores;
    private readonly bool[] _isTrue;

    /// <summary>Takes over scores and truth, and sorts them.</summary>
    /// <param name="scores">The score of each row.</param>
    /// <param name="isTrue">Whether it is true of each row.</param>
    internal Roc(float[] scores, bool[] isTrue)
    {
        (_scores, _isTrue) = (scores, isTrue);
        Array.Sort(_scores, _isTrue);
        Positives = isTrue.LongCount(t => t);
        Negatives = isTrue.Length - Positives;
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
        for (int i = 0; i < _scores.Length;)
        {
            float score = _scores[i];
            long positives = 0;
            int start = i;
            do
            {
                positives += _isTrue[i] ? 1 : 0;
                i++;
            }
            while (i < _scores.Length && _scores[i] == score);
            yield return (score, positives, i - start - positives);
        }
    }
}
