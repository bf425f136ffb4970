using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>Metrics out of a model's answers alone: accuracy and loss (mean cross-entropy) of classes; loss (mean squared error), mae, rmse and r2 of numbers.</summary>
internal static class AnswerMetrics
{
    // Keeps the logarithm of a probability that underflowed to 0 finite.
    private const double SmallestProbability = 1e-15;

    public static IReadOnlyDictionary<string, double> Compute(ValidationSet set, IReadOnlyDictionary<string, Tensor> answers)
    {
        if (set.Truth is not { } truth)
        {
            return new Dictionary<string, double>();
        }

        if (truth.Length != set.Rows)
        {
            throw AnnealException.BadData($"the truth is {truth}, expected one value for each of {set.Rows} rows");
        }

        return set.Task == ModelTask.Regression ? Regression(truth.Span<float>(), answers) : Classification(truth.Span<long>(), answers);
    }

    private static SortedDictionary<string, double> Classification(ReadOnlySpan<long> truth, IReadOnlyDictionary<string, Tensor> answers)
    {
        long[] decisions = Decisions.Of(answers);
        Tensor probabilities = Decisions.Probabilities(answers);
        int right = 0;
        double loss = 0;
        for (int row = 0; row < truth.Length; row++)
        {
            right += decisions[row] == truth[row] ? 1 : 0;
            loss -= Math.Log(Math.Max(Decisions.Probability(probabilities, row, truth[row]), SmallestProbability));
        }

        return new(StringComparer.Ordinal) { ["accuracy"] = (double)right / truth.Length, ["loss"] = loss / truth.Length };
    }

    private static SortedDictionary<string, double> Regression(ReadOnlySpan<float> truth, IReadOnlyDictionary<string, Tensor> answers)
    {
        if (!answers.TryGetValue(ModelSignature.PredictionOutput, out Tensor? predictions) || predictions.Type != DType.Float || predictions.Length != truth.Length)
        {
            throw AnnealException.BadData(
                $"there is no output '{ModelSignature.PredictionOutput}' of float[N,1]", $"the outputs are: {string.Join(", ", answers.Select(o => $"{o.Key} {o.Value}"))}");
        }

        ReadOnlySpan<float> predicted = predictions.Span<float>();
        double mean = 0;
        foreach (float y in truth)
        {
            mean += y / (double)truth.Length;
        }

        double squares = 0;
        double absolutes = 0;
        double variance = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            double error = (double)predicted[i] - truth[i];
            squares += error * error;
            absolutes += Math.Abs(error);
            variance += (truth[i] - mean) * (truth[i] - mean);
        }

        return new(StringComparer.Ordinal)
        {
            ["loss"] = squares / truth.Length,
            ["mae"] = absolutes / truth.Length,
            ["r2"] = variance > 0 ? 1 - (squares / variance) : squares > 0 ? 0 : 1,
            ["rmse"] = Math.Sqrt(squares / truth.Length),
        };
    }
}
