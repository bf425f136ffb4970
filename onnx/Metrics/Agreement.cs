using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>How much two models agree on the same rows.</summary>
public static class Agreement
{
    /// <summary>The share of decisions that are alike, of labels each label's; of numbers the correlation of the predictions.</summary>
    /// <param name="first">A model's answers.</param>
    /// <param name="second">Another's, to the same rows.</param>
    /// <returns>At most 1; NaN where numbers of one model do not differ, and where there is no row.</returns>
    public static double Of(Answers first, Answers second)
    {
        if (first.Task == ModelTask.Regression)
        {
            return Correlation(first.Scores.Span<float>(), second.Scores.Span<float>());
        }

        ReadOnlySpan<long> a = first.Decided;
        ReadOnlySpan<long> b = second.Decided;
        long alike = 0;
        for (int i = 0; i < a.Length; i++)
        {
            alike += a[i] == b[i] ? 1 : 0;
        }

        return (double)alike / a.Length;
    }

    private static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        (double meanA, double meanB) = (Mean(a), Mean(b));
        double products = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            products += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }

        return products / Math.Sqrt(squaresA * squaresB);
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
