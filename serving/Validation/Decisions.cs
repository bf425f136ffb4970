using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>Class indices out of a model's answers.</summary>
internal static class Decisions
{
    /// <summary>The class of each row: as the model says, else the most probable one, the lowest index of equals.</summary>
    public static long[] Of(IReadOnlyDictionary<string, Tensor> outputs)
    {
        if (outputs.TryGetValue(ModelSignature.ClassOutput, out Tensor? classes))
        {
            return classes.Span<long>().ToArray();
        }

        Tensor p = Probabilities(outputs);
        return [.. Enumerable.Range(0, p.Shape[0]).Select(row => (long)MostProbable(Row(p, row)))];
    }

    /// <summary>The probabilities [N, C].</summary>
    public static Tensor Probabilities(IReadOnlyDictionary<string, Tensor> outputs) =>
        outputs.TryGetValue(ModelSignature.ProbabilitiesOutput, out Tensor? p) && p is { Type: DType.Float, Rank: 2 }
            ? p
            : throw AnnealException.BadData(
                $"there is no output '{ModelSignature.ProbabilitiesOutput}' of float[N,C]", $"the outputs are: {string.Join(", ", outputs.Select(o => $"{o.Key} {o.Value}"))}");

    /// <summary>The probability of a class; a single column is that of class 1 out of two.</summary>
    public static double Probability(Tensor probabilities, int row, long label)
    {
        ReadOnlySpan<float> p = Row(probabilities, row);
        return (p.Length, label) switch
        {
            (1, 0) => 1.0 - p[0],
            (1, 1) => p[0],
            _ when label >= 0 && label < p.Length => p[(int)label],
            _ => throw AnnealException.BadData($"class {label} of row {row} is out of range: the model knows {Math.Max(2, p.Length)} classes"),
        };
    }

    private static ReadOnlySpan<float> Row(Tensor p, int row) => p.Span<float>().Slice(row * p.Shape[1], p.Shape[1]);

    private static int MostProbable(ReadOnlySpan<float> p)
    {
        if (p.Length == 1)
        {
            return p[0] >= 0.5f ? 1 : 0;
        }

        int best = 0;
        for (int i = 1; i < p.Length; i++)
        {
            best = p[i] > p[best] ? i : best;
        }

        return best;
    }
}
