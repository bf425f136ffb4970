using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>The answers of an ensemble's members in a graph, and the one that is made of them.</summary>
/// <param name="g">The graph.</param>
/// <param name="task">What members answer.</param>
/// <param name="threshold">The probability from which on a row is decided to be of class 1, or to have a label.</param>
internal sealed class EnsembleAnswers(GraphBuilder g, ModelTask task, float threshold)
{
    // A decided vote; with half a vote more for the mean of the probabilities nobody overrules a majority, and equals are told apart.
    private const double TieBreak = 0.5;
    private const float SmallestProbability = 1e-15f;
    private readonly List<(IReadOnlyDictionary<string, Value> Outputs, Value Score, double Weight)> _answers = [];

    private string ScoreOutput => task switch
    {
        ModelTask.Binary => ModelSignature.ProbabilityOutput,
        ModelTask.Regression => ModelSignature.PredictionOutput,
        _ => ModelSignature.ProbabilitiesOutput,
    };

    /// <summary>Adds a member's answers to a view.</summary>
    public void Add(EnsembleMember member, IReadOnlyDictionary<string, Value> outputs, double weight)
    {
        if (!outputs.TryGetValue(ScoreOutput, out Value? score))
        {
            throw AnnealException.BadData($"there is no output '{ScoreOutput}'", $"the outputs are: {string.Join(", ", outputs.Keys)}").In($"member '{member.Name}'");
        }

        if (_answers.Count > 0 && score.Shape[1].Size != _answers[0].Score.Shape[1].Size)
        {
            throw AnnealException.BadData($"'{ScoreOutput}' is {score.Type}, and that of the first member {_answers[0].Score.Type}").In($"member '{member.Name}'");
        }

        _answers.Add((outputs, score, weight));
    }

    /// <summary>Makes one answer of all and gives the graph its outputs.</summary>
    public void Output(Combination combination)
    {
        if (task == ModelTask.Regression && combination != Combination.MeanProbabilities)
        {
            throw AnnealException.BadUsage($"numbers have no {combination}: their mean is taken");
        }

        (Value score, Value decisive) = combination switch
        {
            Combination.MeanLogits => MeanLogits(),
            Combination.MajorityVote => Same(Votes()),
            _ => Same(Mean(_answers.Select(a => a.Score))),
        };
        if (task == ModelTask.Classification)
        {
            g.Output(g.Node("ArgMax", [decisive], Attributes.Of(("axis", 1L), ("keepdims", 0L))), ModelSignature.ClassOutput);
        }
        else if (task != ModelTask.Regression)
        {
            Value decision = g.Cast(g.Node("GreaterOrEqual", [score, g.Scalar(threshold, DType.Float)]), DType.Int64);
            g.Output(task == ModelTask.Binary ? g.Squeeze(decision, 1) : decision, ModelSignature.ClassOutput);
        }

        g.Output(score, ScoreOutput);
    }

    private static (Value Score, Value Decisive) Same(Value score) => (score, score);

    private (Value Score, Value Decisive) MeanLogits()
    {
        Value z = Mean(_answers.Select(a => Logits(a.Score)));
        return (task == ModelTask.Classification ? g.Node("Softmax", [z], Attributes.Of(("axis", -1L))) : g.Node("Sigmoid", [z]), z);
    }

    private Value Votes()
    {
        Value votes = Sum([.. _answers.Select(a => VoteOf(a.Outputs, a.Score))]);
        Value mean = Mean(_answers.Select(a => a.Score));
        return g.Mul(g.Add(votes, g.Mul(mean, TieBreak)), 1 / (_answers.Count + TieBreak));
    }

    private Value VoteOf(IReadOnlyDictionary<string, Value> outputs, Value score)
    {
        Value decided = outputs[ModelSignature.ClassOutput];
        return g.Cast(
            task switch
            {
                ModelTask.Classification => g.Equal(g.Unsqueeze(decided, 1), g.Longs([.. Enumerable.Range(0, score.Shape[1].Size).Select(c => (long)c)])),
                ModelTask.Binary => g.Unsqueeze(decided, 1),
                _ => decided,
            },
            DType.Float);
    }

    private Value Mean(IEnumerable<Value> values)
    {
        Value[] all = [.. values];
        bool isUniform = _answers.TrueForAll(a => a.Weight == _answers[0].Weight);
        return isUniform
            ? all.Length == 1 ? all[0] : g.Mul(Sum(all), 1.0 / all.Length)
            : Sum([.. all.Select((v, i) => g.Mul(v, _answers[i].Weight))]);
    }

    private Value Sum(Value[] values) => values.Length == 1 ? values[0] : g.Node("Sum", values);

    // What entered the softmax or sigmoid, where the probabilities come from one; else what would give them.
    private Value Logits(Value score)
    {
        Node producer = ProducerOf(score.Name);
        while (producer.OpType == "Identity")
        {
            producer = ProducerOf(producer.Inputs[0]);
        }

        if (producer.OpType == (task == ModelTask.Classification ? "Softmax" : "Sigmoid"))
        {
            return g[producer.Inputs[0]];
        }

        Value smallest = g.Scalar(SmallestProbability, DType.Float);
        Value log = g.Log(g.Node("Max", [score, smallest]));
        return task == ModelTask.Classification ? log : g.Sub(log, g.Log(g.Node("Max", [g.Sub(g.Scalar(1, DType.Float), score), smallest])));
    }

    private Node ProducerOf(string value) => g.Nodes.First(n => n.Outputs.Contains(value));
}
