using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Comparing;

/// <summary>How a model's answers become decisions: as its signature says, else by the largest score of its first output of several.</summary>
internal sealed class DecisionRule
{
    private readonly ModelSignature? _signature;
    private readonly int _scores;
    private readonly string[] _first;
    private readonly string[] _second;

    private DecisionRule(string description, ModelSignature? signature, int scores, string[] first, string[] second)
    {
        Description = description;
        _signature = signature;
        _scores = scores;
        _first = first;
        _second = second;
    }

    /// <summary>The rule in words.</summary>
    public string Description { get; }

    /// <summary>The rule for two models whose outputs are compared in pairs; null where they decide nothing.</summary>
    public static DecisionRule? Of(ModelSignature? signature, IReadOnlyList<(int First, int Second)> pairs, IReadOnlyList<ValueInfo> first, IReadOnlyList<ValueInfo> second)
    {
        string[] firstNames = [.. first.Select(o => o.Name)];
        string[] secondNames = [.. second.Select(o => o.Name)];
        if (signature is not null)
        {
            string scores = signature.Task == ModelTask.Binary ? ModelSignature.ProbabilityOutput : ModelSignature.ProbabilitiesOutput;
            return signature.Task != ModelTask.Regression && firstNames.Contains(scores) && secondNames.Contains(scores)
                ? new DecisionRule($"{signature.Task.ToString().ToLowerInvariant()}, by the signature", signature, 0, firstNames, secondNames)
                : null;
        }

        int pair = pairs.ToList().FindIndex(p => IsScores(first[p.First]) && IsScores(second[p.Second]));
        return pair < 0 ? null : new DecisionRule($"the largest of '{first[pairs[pair].First].Name}'", null, pair, firstNames, secondNames);
    }

    /// <summary>The decisions of a batch that differ.</summary>
    public IEnumerable<DecisionChange> Changes(Tensor[] first, Tensor[] second, IReadOnlyList<(int First, int Second)> pairs, long start)
    {
        ModelTask task = _signature?.Task ?? ModelTask.Classification;
        Dictionary<string, Tensor> a = Named(first, _first, pairs[_scores].First);
        Dictionary<string, Tensor> b = Named(second, _second, pairs[_scores].Second);
        long[] expected = Decisions.Of(task, a);
        long[] actual = Decisions.Of(task, b);
        Tensor scores = Decisions.Scores(task, a);
        int rows = scores.Shape[0];
        int labels = rows == 0 ? 1 : expected.Length / rows;
        for (int i = 0; i < expected.Length; i++)
        {
            if (actual[i] != expected[i])
            {
                double margin = Decisions.Margin(task, scores, i, expected[i], actual[i], _signature?.Threshold ?? Decisions.Threshold);
                yield return new DecisionChange(start + (i / labels), task == ModelTask.Multilabel ? i % labels : null, expected[i], actual[i], margin);
            }
        }
    }

    private static bool IsScores(ValueInfo output) => output.Type is { Type: DType.Float, Shape: { Rank: 2 } shape } && (!shape[1].IsKnown || shape[1].Size > 1);

    private Dictionary<string, Tensor> Named(Tensor[] answers, string[] names, int scores) => _signature is null
        ? new Dictionary<string, Tensor>(StringComparer.Ordinal) { [ModelSignature.ProbabilitiesOutput] = answers[scores] }
        : names.Zip(answers).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
}
