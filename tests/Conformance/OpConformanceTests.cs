using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Conformance;

public sealed class OpConformanceTests
{
    [TestCaseSource(typeof(AllCases), nameof(AllCases.All))]
    public void Kernel_FloatAgainstDouble_Agree(OpCase c)
    {
        Tensor?[] wide = Evaluator.Run(c.ToNode(), c.Inputs);
        Tensor?[] narrow = Evaluator.Run(c.AsFloat().ToNode(), c.AsFloat().Inputs);
        for (int i = 0; i < wide.Length; i++)
        {
            Compare.Close(narrow[i], wide[i], c.Tolerance, $"output {i}");
            if (c.Expected?[i] is { } expected)
            {
                Compare.Close(wide[i], expected, 1e-12, $"output {i}");
            }
        }
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.All))]
    public void Kernel_OneAgainstThreeThreads_SameBits(OpCase c)
    {
        using var three = new Team(3);
        OpCase narrow = c.AsFloat();
        Tensor?[] alone = Evaluator.Run(narrow.ToNode(), narrow.Inputs);
        Tensor?[] together = Evaluator.Run(narrow.ToNode(), narrow.Inputs, three);
        for (int i = 0; i < alone.Length; i++)
        {
            Compare.Same(together[i], alone[i], $"output {i}");
        }
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.All))]
    public void Infer_SizesUnknown_GivesTypesOfKernel(OpCase c)
    {
        Tensor?[] constants = [.. c.Inputs.Select((t, i) => c.Constants.Contains(i) ? t : null)];
        TensorType?[] unknown = [.. c.Inputs.Select((t, i) => t is null ? null
            : constants[i] is null ? new TensorType(t.Type, new TensorShape([.. t.Shape.ToArray().Select(_ => Dim.Unknown)]))
            : TensorType.Of(t))];
        TensorType[] inferred = c.Definition.Infer(new InferenceScope(c.ToNode(), unknown, constants));
        Tensor?[] actual = Evaluator.Run(c.ToNode(), c.Inputs);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.That(inferred[i].Type, Is.EqualTo(actual[i]!.Type));
            if (inferred[i].Shape is { } shape)
            {
                Assert.That(shape.Rank, Is.EqualTo(actual[i]!.Rank));
                Assert.That(shape.Dims.Select((d, k) => !d.IsKnown || d.Size == actual[i]!.Shape[k]), Is.All.True, $"{shape} against {actual[i]}");
            }
        }
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.Differentiable))]
    public void Gradient_AgainstCentralDifferences_Agrees(OpCase c)
    {
        (GraphBuilder builder, Value?[] inputs, Value[] outputs) = c.ToBuilder();
        Node node = builder.Nodes[0];
        Tensor?[] weights = [.. Evaluator.Run(c.ToNode(), c.Inputs).Select((y, i) => y!.Type.IsFloating() && !c.Detached.Contains(i) ? Weights(y.Shape.ToArray(), i) : null)];
        Value?[] dOutputs = [.. weights.Select((w, i) => w is null ? null : builder.Initializer($"d{i}", w))];
        var rule = (Gradient.RuleGradient)c.Definition.Gradient;
        Value?[] dInputs = rule.Rule(new GradientScope(builder, node, dOutputs));
        foreach (int i in c.Differentiable)
        {
            builder.Output(builder.SumTo(dInputs[i]!, inputs[i]!), $"g{i}");
        }

        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(builder.Build(), c.Feeds());
        int kinks = 0;
        foreach (int i in c.Differentiable)
        {
            Assert.That(values[$"g{i}"].Shape.ToArray(), Is.EqualTo(c.Inputs[i]!.Shape.ToArray()), $"gradient of input {i}");
            double[] gradient = Compare.Doubles(values[$"g{i}"]);
            var differences = new CentralDifferences(c, i, weights);
            kinks += differences.IsKink.Count(k => k);
            for (int k = 0; k < gradient.Length; k++)
            {
                double expected = differences.Derivative[k];
                bool isClose = differences.IsKink[k] || Math.Abs(gradient[k] - expected) <= (c.GradientTolerance * Math.Abs(expected)) + differences.Rounding[k];
                Assert.That(isClose, FormattableString.Invariant($"gradient of input {i}: element {k} is {gradient[k]:R}, expected {expected:R} within {differences.Rounding[k]:G2}"));
            }
        }

        Assert.That(kinks, Is.EqualTo(c.Kinks), "elements at a kink");
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.WithBody))]
    public void Body_AsStandardOps_EqualsKernel(OpCase c)
    {
        (GraphBuilder builder, _, Value[] outputs) = c.ToBuilder();
        foreach (Value output in outputs)
        {
            builder.Output(output);
        }

        Model flat = InlineFunctions.Apply(Model.Of(builder.Build()), known: true);
        Assert.That(flat.Graph.Nodes.Select(n => n.Domain), Is.All.Empty, "a body is of standard ops alone");
        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(FoldIf.Apply(flat.Graph), c.Feeds());
        Tensor?[] kernel = Evaluator.Run(c.ToNode(), c.Inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            Compare.Close(kernel[i], values[outputs[i].Name], 1e-12, $"output {i}");
        }
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.InOrt))]
    public void Kernel_AgainstOnnxRuntime_Agrees(OpCase wide)
    {
        OpCase c = wide.AsFloat();
        (GraphBuilder builder, _, Value[] outputs) = c.ToBuilder();
        for (int i = 0; i < outputs.Length; i++)
        {
            builder.Output(outputs[i]);
        }

        var runner = new OrtRunner(new OrtOptions { Threads = 1 });
        using IGraphSession session = runner.Open(Model.Of(builder.Build()), []);
        Dictionary<string, Tensor> feeds = c.Feeds();
        var fetches = new Tensor?[outputs.Length];
        session.Run([.. session.Feeds.Select(f => feeds[f.Name])], fetches);
        Tensor?[] kernel = Evaluator.Run(c.ToNode(), c.Inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            Compare.Close(kernel[i], fetches[i], c.Tolerance, $"output {i}");
        }
    }

    [TestCaseSource(typeof(AllCases), nameof(AllCases.InPlace))]
    public unsafe void Kernel_OutputOverInput_EqualsSeparate(OpCase wide)
    {
        OpCase c = wide.AsFloat();
        Tensor?[] expected = Evaluator.Run(c.ToNode(), c.Inputs);
        foreach ((int output, int input) in c.Definition.InPlace)
        {
            bool shared = output < c.Outputs && input < c.Inputs.Length && c.Inputs[input] is { } x
                && x.ToString() == expected[output]!.ToString() && x.Type != DType.String;
            if (shared)
            {
                Tensor?[] given = [.. c.Inputs.Select(t => t?.Clone())];
                Tensor?[] results = [.. expected.Select(t => t!.Clone())];
                results[output] = given[input];
                Evaluator.Run(c.Definition, c.ToNode(), [.. given.Select(t => t is null ? null : new Slot(t.Type, t.Shape))], given, results);
                for (int i = 0; i < results.Length; i++)
                {
                    Compare.Same(results[i], expected[i], $"output {i} with output {output} over input {input}");
                }
            }
        }
    }

    [Test]
    public void Table_EveryOp_HasCase()
    {
        var covered = AllCases.All.Select(c => (c.Domain, c.Op)).ToHashSet();
        Assert.That(OpTable.All.Where(op => !covered.Contains((op.Domain, op.Name))).Select(op => op.Name), Is.Empty);
    }

    [Test]
    public void Table_EveryGradientRule_HasDifferentiableCase()
    {
        var covered = AllCases.Differentiable.Concat(DecompositionTests.Smooth).Select(c => (c.Domain, c.Op)).ToHashSet();
        Assert.That(OpTable.All.Where(op => op.Gradient is Gradient.RuleGradient && !covered.Contains((op.Domain, op.Name))).Select(op => op.Name), Is.Empty);
    }

    [Test]
    public void Table_EveryOpOfOurOwn_HasBody() =>
        Assert.That(OpTable.All.Where(op => op.Domain == Model.AnnealDomain && op.Body is null).Select(op => op.Name), Is.Empty);

    [Test]
    public void Cases_AllNames_AreDistinct() =>
        Assert.That(AllCases.All.GroupBy(c => c.ToString()).Where(g => g.Count() > 1).Select(g => g.Key), Is.Empty);

    private static Tensor Weights(int[] shape, int output) => Sample.Real(shape, -1, 1, 50 + output);
}
