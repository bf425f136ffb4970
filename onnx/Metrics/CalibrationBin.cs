using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>Answers of like confidence: of several classes the probability of the decided one, of two that of class 1, of labels that of each.</summary>
/// <param name="From">The least confidence.</param>
/// <param name="To">The largest confidence.</param>
/// <param name="Count">The number of answers.</param>
/// <param name="Confidence">Their mean confidence; 0 where there are none.</param>
/// <param name="Accuracy">The share of them that hold; 0 where there are none.</param>
/// <seealso href="https://arxiv.org/abs/1706.04599">Guo et al., On Calibration of Modern Neural Networks (2017)</seealso>
public readonly record struct CalibrationBin(double From, double To, long Count, double Confidence, double Accuracy)
{
    /// <summary>The expected calibration error: Σ count/n · |accuracy - confidence|.</summary>
    /// <param name="bins">The bins.</param>
    /// <returns>From 0 to 1; NaN without answers.</returns>
    public static double Error(IReadOnlyList<CalibrationBin> bins) =>
        bins.Sum(b => b.Count * Math.Abs(b.Accuracy - b.Confidence)) / bins.Sum(b => b.Count);

    // Bins of equal width over [0, 1].
    internal static IReadOnlyList<CalibrationBin> Of(Answers answers)
    {
        int bins = answers.Options.Bins;
        long[] counts = new long[bins];
        double[] confidences = new double[bins];
        long[] hits = new long[bins];
        ReadOnlySpan<float> p = answers.Scores.Span<float>();
        bool isOfClasses = answers.Task == ModelTask.Classification && answers.Columns > 1;
        for (int i = 0; i < (isOfClasses ? answers.Rows : p.Length); i++)
        {
            int row = isOfClasses ? i : i / answers.Columns;
            int index = isOfClasses ? (int)answers.Decided[row] : answers.Task == ModelTask.Multilabel ? i % answers.Columns : 1;
            double confidence = isOfClasses ? p[(row * answers.Columns) + index] : p[i];
            int bin = Math.Clamp((int)(confidence * bins), 0, bins - 1);
            counts[bin]++;
            confidences[bin] += confidence;
            hits[bin] += answers.IsTrue(row, index) ? 1 : 0;
        }

        return
        [
            .. Enumerable.Range(0, bins).Select(b => new CalibrationBin(
                (double)b / bins, (b + 1.0) / bins, counts[b], confidences[b] / Math.Max(1, counts[b]), (double)hits[b] / Math.Max(1, counts[b]))),
        ];
    }
}
