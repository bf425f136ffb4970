using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>Metrics of how probable the model says its answers are.</summary>
internal static class ProbabilityMetrics
{
    // Keeps the logarithm of a probability that underflowed to 0 finite.
    private const double SmallestProbability = 1e-15;

    /// <summary>The mean of -log p of what is true: of the class of each row, or of each label's presence or absence.</summary>
    public static double LogLoss(Answers answers)
    {
        ReadOnlySpan<float> p = answers.Scores.Span<float>();
        int width = answers.Columns;
        double sum = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            if (answers.Task == ModelTask.Classification && width > 1)
            {
                sum -= Logarithm(p[(row * width) + (int)answers.Truth.Span<long>()[row]]);
                continue;
            }

            for (int i = 0; i < width; i++)
            {
                double one = p[(row * width) + i];
                sum -= Logarithm(answers.IsTrue(row, answers.Task == ModelTask.Multilabel ? i : 1) ? one : 1 - one);
            }
        }

        return sum / (answers.Task == ModelTask.Multilabel ? (double)answers.Rows * width : answers.Rows);
    }

    /// <summary>The share of rows whose true class is among the k most probable, the lower index first of equals.</summary>
    public static double TopK(Answers answers)
    {
        ReadOnlySpan<float> p = answers.Scores.Span<float>();
        ReadOnlySpan<long> truth = answers.Truth.Span<long>();
        int found = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            ReadOnlySpan<float> one = p.Slice(row * answers.Columns, answers.Columns);
            int own = (int)truth[row];
            int before = 0;
            for (int c = 0; c < one.Length; c++)
            {
                before += one[c] > one[own] || (one[c] == one[own] && c < own) ? 1 : 0;
            }

            found += before < answers.Options.TopK ? 1 : 0;
        }

        return (double)found / answers.Rows;
    }

    /// <summary>The area under the curve of the positive class; of several, each against the rest, the mean over those that are true of some rows and not of others.</summary>
    public static double Auc(Answers answers)
    {
        if (answers.Classes == 2 && answers.Task != ModelTask.Multilabel)
        {
            return answers.RocOf(1).Auc;
        }

        double[] areas = [.. Enumerable.Range(0, answers.Classes).Select(c => answers.RocOf(c).Auc).Where(a => !double.IsNaN(a))];
        return areas.Sum() / areas.Length;
    }

    private static double Logarithm(double p) => Math.Log(Math.Max(p, SmallestProbability));
}
