using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Runs;

/// <summary>What a model gets wrong over rows: 1 for a row with a wrong class and 0 for a right one, or the squared error of a number.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Mean">The mean error of a row.</param>
/// <param name="Variance">The variance of a row's error.</param>
internal sealed record ErrorSample(long Rows, double Mean, double Variance)
{
    /// <summary>The errors of an evaluation.</summary>
    /// <param name="evaluation">What the model answers; of several numbers a row, the error is the mean of theirs.</param>
    public static ErrorSample Of(Evaluation evaluation)
    {
        if (evaluation.Metrics.TryGetValue(Metrics.Accuracy, out double accuracy))
        {
            return new ErrorSample(evaluation.Answers.Rows, 1 - accuracy, accuracy * (1 - accuracy));
        }

        ReadOnlySpan<float> answers = evaluation.Answers.Scores.Span<float>();
        ReadOnlySpan<float> truth = evaluation.Answers.Truth.Span<float>();
        int width = evaluation.Answers.Columns;
        double[] errors = new double[evaluation.Answers.Rows];
        for (int i = 0; i < truth.Length; i++)
        {
            double error = answers[i] - truth[i];
            errors[i / width] += error * error / width;
        }

        double mean = errors.Average();
        return new ErrorSample(errors.Length, mean, errors.Average(e => (e - mean) * (e - mean)));
    }

    /// <summary>The errors of several evaluations as one.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="distinct">How many rows there are: those that were evaluated more than once count as one.</param>
    /// <returns>Mean and variance over all; null where there is none.</returns>
    public static ErrorSample? Pool(IReadOnlyList<ErrorSample> samples, long distinct)
    {
        long rows = samples.Sum(s => s.Rows);
        double mean = samples.Sum(s => s.Rows * s.Mean) / rows;
        double variance = samples.Sum(s => s.Rows * (s.Variance + ((s.Mean - mean) * (s.Mean - mean)))) / rows;
        return rows == 0 ? null : new ErrorSample(Math.Min(rows, distinct), mean, variance);
    }

    /// <summary>How much larger another sample's mean is, in standard errors of the difference if both are of one distribution: with the pooled variance.</summary>
    /// <param name="other">The other rows.</param>
    /// <returns>The number; negative where it is smaller, 0 where no error differs.</returns>
    public double StandardErrorsTo(ErrorSample other)
    {
        double variance = Pool([this, other], long.MaxValue)!.Variance;
        return variance > 0 ? (other.Mean - Mean) / Math.Sqrt(variance * ((1.0 / Rows) + (1.0 / other.Rows))) : 0;
    }
}
