using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Compare;

/// <summary>Counts where two engines take different sides of a kink in the same step: a Relu's input below or above zero, the pixel that a maximum is taken from.</summary>
/// <remarks>There a difference in the last bits of a value becomes a gradient that is there or is not. What a Relu gives tells the side, so that engines may fuse it as they do in the step itself.</remarks>
internal static class KinkCount
{
    /// <summary>Runs the step's forward pass on both engines from the same state and compares their sides.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="engines">The two engines.</param>
    /// <param name="state">The values of the state before the step, by input.</param>
    /// <param name="feeds">What the step is given, by input.</param>
    public static LockStepReport.Kinks Of(TrainingGraphs graphs, (IGraphRunner First, IGraphRunner Other) engines, IReadOnlyDictionary<string, Tensor> state, IReadOnlyDictionary<string, Tensor> feeds)
    {
        Graph graph = graphs.Step.Graph;
        var relus = graph.Nodes.Where(n => n is { OpType: "Relu", Domain: "" }).Select(n => n.Outputs[0]).ToHashSet(StringComparer.Ordinal);
        var pools = graph.Nodes.Where(n => n is { OpType: "MaxPool", Domain: "" } && n.HasOutput(1)).Select(n => n.Outputs[1]).ToHashSet(StringComparer.Ordinal);
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(graph).Types;
        ValueInfo[] more = [.. relus.Concat(pools).Where(v => graph.Outputs.All(o => o.Name != v)).Select(v => new ValueInfo(v, types[v]))];
        Model open = graphs.Step with { Graph = graph with { Outputs = [.. graph.Outputs, .. more] } };
        Dictionary<string, Tensor> first = Run(engines.First);
        Dictionary<string, Tensor> other = Run(engines.Other);
        return new LockStepReport.Kinks(
            relus.Sum(r => (long)first[r].Length),
            relus.Sum(r => Sides(first[r], other[r])),
            pools.Sum(p => (long)first[p].Length),
            pools.Sum(p => Choices(first[p], other[p])));

        Dictionary<string, Tensor> Run(IGraphRunner runner)
        {
            using IGraphSession session = runner.Open(open, [.. graphs.StepState().Select(s => s with { Output = "", Initial = state[s.Input] })]);
            return session.Run(feeds);
        }
    }

    private static long Sides(Tensor first, Tensor other)
    {
        ReadOnlySpan<float> x = first.Span<float>();
        ReadOnlySpan<float> y = other.Span<float>();
        long differ = 0;
        for (int i = 0; i < x.Length; i++)
        {
            differ += (x[i] > 0) != (y[i] > 0) ? 1 : 0;
        }

        return differ;
    }

    private static long Choices(Tensor first, Tensor other)
    {
        ReadOnlySpan<long> x = first.Span<long>();
        ReadOnlySpan<long> y = other.Span<long>();
        long differ = 0;
        for (int i = 0; i < x.Length; i++)
        {
            differ += x[i] != y[i] ? 1 : 0;
        }

        return differ;
    }
}
