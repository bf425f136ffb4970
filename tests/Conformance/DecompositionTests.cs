using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Conformance;

/// <summary>What an op of another domain is decomposed into computes what its kernel does, and is what differentiates it.</summary>
internal sealed class DecompositionTests
{
    private static IEnumerable<OpCase> Cases => AllCases.All.Where(c => c.Definition is IDecomposable).Select(c => c.AsFloat());

    internal static IEnumerable<OpCase> Smooth => Cases.Where(c => c.Inputs[0] is { Type: DType.Float, Length: > 0 and < 100 } x && x.Span<float>().ToArray().Any(v => v != 0) && c.Label != "one for all");

    [TestCaseSource(nameof(Cases))]
    public void Decompose_AnyCase_EqualsTheKernel(OpCase c)
    {
        Graph graph = DecomposeOps.Apply(GraphOf(c, out Value[] outputs));

        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(graph, c.Feeds());

        bool stays = c is { Op: "Imputer" } && c.Inputs[0]!.Type != DType.Float;
        Assert.That(graph.Nodes.Any(n => n.Domain.Length > 0), Is.EqualTo(stays));
        Tensor?[] kernel = Evaluator.Run(c.ToNode(), c.Inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            // Sums in another order, in float.
            Compare.Close(values[outputs[i].Name], kernel[i], 1e-5, $"output {i}");
        }
    }

    // All are computed in float: the differences are large, and the functions bend little over them.
    [TestCaseSource(nameof(Smooth))]
    public void Gradient_InFloat_IsNearCentralDifferences(OpCase c)
    {
        const float Step = 1f / 64;
        (GraphBuilder g, Value?[] inputs, Value[] outputs) = c.ToBuilder();
        int last = outputs.Length - 1;
        Tensor weights = Weights(outputs[last].Shape.ToSizes());
        Value?[] dOutputs = [.. outputs.Select((_, i) => i == last ? g.Initializer("d", weights) : null)];
        var rule = (Gradient.RuleGradient)c.Definition.Gradient;
        g.Output(rule.Rule(new GradientScope(g, g.Nodes[0], dOutputs))[0]!, "gradient");

        float[] gradient = GraphEvaluator.Run(g.Build(), c.Feeds())["gradient"].Span<float>().ToArray();

        for (int i = 0; i < gradient.Length; i++)
        {
            float x = c.Inputs[0]!.Span<float>()[i];
            if (!float.IsNaN(x))
            {
                Assert.That(gradient[i], Is.EqualTo((At(i, x + Step) - At(i, x - Step)) / (2 * Step)).Within(2e-3), $"element {i}");
            }
        }

        double At(int element, float value)
        {
            Tensor moved = c.Inputs[0]!.Clone();
            moved.Span<float>()[element] = value;
            Tensor y = Evaluator.Run(c.ToNode(), [moved, .. c.Inputs[1..]])[last]!;
            return y.Span<float>().ToArray().Zip(weights.Span<float>().ToArray(), (a, b) => (double)a * b).Sum();
        }
    }

    private static Graph GraphOf(OpCase c, out Value[] outputs)
    {
        (GraphBuilder g, _, outputs) = c.ToBuilder();
        foreach (Value output in outputs)
        {
            g.Output(output);
        }

        return g.Build();
    }

    private static Tensor Weights(int[] shape)
    {
        Tensor weights = Tensor.Zeros(DType.Float, shape);
        for (int i = 0; i < weights.Length; i++)
        {
            weights.Span<float>()[i] = ((i * 7 % 5) - 1.5f) / 2;
        }

        return weights;
    }
}
