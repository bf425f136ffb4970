using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Metrics;

/// <summary>Scores and decisions out of a model's outputs.</summary>
public static class Decisions
{
    /// <summary>The threshold of a model that has none of its own.</summary>
    public const float Threshold = 0.5f;

    /// <summary>The output that answers a task: probabilities [N, C], the probability of class 1 [N, 1], or predictions [N, K].</summary>
    /// <param name="task">What the model answers.</param>
    /// <param name="outputs">Its outputs by name.</param>
    /// <returns>float, of rank 2.</returns>
    /// <exception cref="AnnealException">There is no such output.</exception>
    public static Tensor Scores(ModelTask task, IReadOnlyDictionary<string, Tensor> outputs)
    {
        (string name, string columns) = task switch
        {
            ModelTask.Classification => (ModelSignature.ProbabilitiesOutput, "C"),
            ModelTask.Binary => (ModelSignature.ProbabilityOutput, "1"),
            ModelTask.Multilabel => (ModelSignature.ProbabilitiesOutput, "L"),
            _ => (ModelSignature.PredictionOutput, "K"),
        };
        return outputs.TryGetValue(name, out Tensor? scores) && scores is { Type: DType.Float, Rank: 2 }
            ? scores
            : throw AnnealException.BadData(
                $"there is no output '{name}' of float[N,{columns}]", $"the outputs are: {string.Join(", ", outputs.Select(o => $"{o.Key} {o.Value}"))}");
    }

    /// <summary>The class of each row, or 0 or 1 for each label of each row: as the model says, else by the probabilities, the lowest index of equals.</summary>
    /// <param name="task">What the model answers.</param>
    /// <param name="outputs">Its outputs by name.</param>
    /// <returns>[N], or [N · L] of labels; empty of a regression.</returns>
    public static long[] Of(ModelTask task, IReadOnlyDictionary<string, Tensor> outputs)
    {
        if (task == ModelTask.Regression)
        {
            return [];
        }

        if (outputs.TryGetValue(ModelSignature.ClassOutput, out Tensor? classes))
        {
            return classes.Span<long>().ToArray();
        }

        Tensor p = Scores(task, outputs);
        return task == ModelTask.Classification && p.Shape[1] > 1
            ? [.. Enumerable.Range(0, p.Shape[0]).Select(row => (long)MostProbable(p.Span<float>().Slice(row * p.Shape[1], p.Shape[1])))]
            : [.. p.Span<float>().ToArray().Select(v => v >= Threshold ? 1L : 0L)];
    }

    /// <summary>How far the decision for one of two answers is from the other one.</summary>
    /// <param name="task">What the model answers.</param>
    /// <param name="scores">Its probabilities.</param>
    /// <param name="index">The decision's index among all.</param>
    /// <param name="expected">What is decided.</param>
    /// <param name="actual">The other decision.</param>
    /// <param name="threshold">The threshold of one probability.</param>
    /// <returns>The difference of the two classes' probabilities; of one probability its distance from the threshold.</returns>
    public static double Margin(ModelTask task, Tensor scores, int index, long expected, long actual, double threshold)
    {
        ReadOnlySpan<float> p = scores.Span<float>();
        int width = scores.Shape[1];
        return task != ModelTask.Classification || width == 1
            ? Math.Abs(p[index] - threshold)
            : (double)p[(index * width) + (int)expected] - p[(index * width) + (int)actual];
    }

    private static int MostProbable(ReadOnlySpan<float> p)
    {
        int best = 0;
        for (int i = 1; i < p.Length; i++)
        {
            best = p[i] > p[best] ? i : best;
        }

        return best;
    }
}
