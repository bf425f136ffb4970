using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;

namespace Anneal.Exporter;

/// <summary>Fits the weights by which the answers of an ensemble's members are added up: at least 0, and 1 in all.</summary>
public static class EnsembleWeights
{
    private const int MostRounds = 10000;
    private const double Tolerance = 1e-10;
    private const double Least = 1e-4;

    /// <summary>The weights that make the weighted mean best on rows: the likelihood of the truth the largest, or the squared error of numbers the smallest.</summary>
    /// <param name="members">Each member's answers for the same rows.</param>
    /// <returns>A weight for each member; one below 0.0001 is 0.</returns>
    /// <remarks>Both problems are convex. The likelihood of a mixture rises in every round of expectation and maximisation; the squared error falls as weight moves
    /// between two members at a time, as far as it helps.</remarks>
    /// <seealso href="https://doi.org/10.1007/BF00117832">Breiman, Stacked Regressions (1996)</seealso>
    public static double[] Fit(IReadOnlyList<Answers> members)
    {
        double[] weights = members[0].Task == ModelTask.Regression ? LeastSquares(members) : MostLikely(members);
        double kept = weights.Where(w => w >= Least).Sum();
        return [.. weights.Select(w => w >= Least ? w / kept : 0)];
    }

    private static double[] MostLikely(IReadOnlyList<Answers> members)
    {
        double[][] truth = [.. members.Select(OfTruth)];
        double[] weights = [.. members.Select(_ => 1.0 / members.Count)];
        for (int round = 0; round < MostRounds; round++)
        {
            double[] next = new double[weights.Length];
            for (int i = 0; i < truth[0].Length; i++)
            {
                double mixture = 0;
                for (int k = 0; k < weights.Length; k++)
                {
                    mixture += weights[k] * truth[k][i];
                }

                for (int k = 0; k < weights.Length && mixture > 0; k++)
                {
                    next[k] += weights[k] * truth[k][i] / mixture;
                }
            }

            double sum = next.Sum();
            if (sum == 0)
            {
                return weights;
            }

            double change = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                change = Math.Max(change, Math.Abs((next[k] / sum) - weights[k]));
                weights[k] = next[k] / sum;
            }

            if (change < Tolerance)
            {
                break;
            }
        }

        return weights;
    }

    // What a member says is the probability of what is true: a number for each row, or for each label of each row.
    private static double[] OfTruth(Answers answers)
    {
        float[] p = answers.Scores.Span<float>().ToArray();
        int width = answers.Task == ModelTask.Multilabel ? answers.Columns : 1;
        return
        [
            .. Enumerable.Range(0, answers.Rows * width).Select(i =>
                answers.Task == ModelTask.Classification && answers.Columns > 1 ? p[(i * answers.Columns) + (int)answers.Truth.Span<long>()[i]]
                : answers.IsTrue(i / width, answers.Task == ModelTask.Multilabel ? i % width : 1) ? p[i] : 1.0 - p[i]),
        ];
    }

    // wᵀCw with C the mean products of the members' errors, along w_i + d, w_j - d.
    private static double[] LeastSquares(IReadOnlyList<Answers> members)
    {
        int count = members.Count;
        double[,] c = Products(members);
        double[] weights = [.. members.Select(_ => 1.0 / count)];
        for (int round = 0; round < MostRounds; round++)
        {
            double change = 0;
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    double slope = Enumerable.Range(0, count).Sum(k => (c[j, k] - c[i, k]) * weights[k]);
                    double curve = c[i, i] + c[j, j] - (2 * c[i, j]);
                    double move = curve > 0 ? Math.Clamp(slope / curve, -weights[i], weights[j]) : 0;
                    weights[i] += move;
                    weights[j] -= move;
                    change = Math.Max(change, Math.Abs(move));
                }
            }

            if (change < Tolerance)
            {
                break;
            }
        }

        return weights;
    }

    private static double[,] Products(IReadOnlyList<Answers> members)
    {
        double[,] c = new double[members.Count, members.Count];
        ReadOnlySpan<float> truth = members[0].Truth.Span<float>();
        for (int i = 0; i < members.Count; i++)
        {
            ReadOnlySpan<float> a = members[i].Scores.Span<float>();
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<float> b = members[j].Scores.Span<float>();
                double sum = 0;
                for (int row = 0; row < truth.Length; row++)
                {
                    sum += ((double)a[row] - truth[row]) * ((double)b[row] - truth[row]);
                }

                c[i, j] = c[j, i] = sum / truth.Length;
            }
        }

        return c;
    }
}
