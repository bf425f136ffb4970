using Anneal.Exporter.Variants;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Exporter.Variants;

/// <summary>Variants of a small net of convolutions, a residual sum, pools and products, in ONNX Runtime and, but for float16, in our engine.</summary>
public sealed class VariantsTests
{
    private static readonly HashSet<string> s_none = [];

    [TestCase(CalibrationMethod.MinMax)]
    [TestCase(CalibrationMethod.Percentile)]
    [TestCase(CalibrationMethod.Entropy)]
    public void Int8_CalibratedNet_AnswersNearlyAsFloatOnBothEngines(CalibrationMethod method)
    {
        Model net = Net();
        Model int8 = net with { Graph = StaticQuantization.Apply(net.Graph, Ranges(net, method), s_none) };

        GraphChecker.Check(int8);
        Assert.That(int8.Graph.Nodes.Count(n => n.OpType == "QuantizeLinear"), Is.GreaterThan(6));
        Assert.That(int8.Graph.Initializers.Values.Count(t => t is { Type: DType.Int8, Rank: > 1 }), Is.EqualTo(5), "the weights of each product are integers");
        foreach (IGraphRunner runner in Runners())
        {
            // Entropy cuts the largest values off on purpose: they hold little of the distribution.
            Assert.That(Error(net, int8, runner), Is.InRange(1e-6, method == CalibrationMethod.Entropy ? 0.15 : 0.05), runner.Name);
        }
    }

    [Test]
    public void Int8_LayersKeptInFloat_HaveNoIntegersAndComeNearer()
    {
        Model net = Net();
        IReadOnlyDictionary<string, ValueRange> ranges = Ranges(net, CalibrationMethod.MinMax);
        Model all = net with { Graph = StaticQuantization.Apply(net.Graph, ranges, s_none) };
        string[] products = [.. LayerErrors.Of(net, all, new SimdRunner(1), [Rows(64)]).Select(e => e.Node)];
        Model none = net with { Graph = StaticQuantization.Apply(net.Graph, ranges, products.ToHashSet()) };
        Model half = net with { Graph = StaticQuantization.Apply(net.Graph, ranges, products.Take(2).ToHashSet()) };

        Assert.That(products, Has.Length.EqualTo(5));
        Assert.That(none.Graph.Nodes.Select(n => n.OpType), Is.EqualTo(net.Graph.Nodes.Select(n => n.OpType)));
        Assert.That(Error(net, half, new SimdRunner(1)), Is.LessThan(Error(net, all, new SimdRunner(1))));
    }

    [Test]
    public void LayerErrors_LayerWhoseScaleIsOfAWeightWithoutUse_IsTheWorst()
    {
        // The first channel that the second convolution reads is always 0, so its weights do nothing but make the others' steps large.
        Model net = Net();
        Tensor bias = net.Graph.Initializers["b1"].Clone();
        bias.Span<float>()[0] = -1000;
        Tensor weights = net.Graph.Initializers["w2"].Clone();
        for (int filter = 0; filter < weights.Shape[0]; filter++)
        {
            weights.Span<float>()[filter * (weights.Length / weights.Shape[0])] = 30;
        }

        net = net with { Graph = net.Graph with { Initializers = net.Graph.Initializers.SetItem("b1", bias).SetItem("w2", weights) } };
        Node bad = net.Graph.Nodes.Single(n => n.Inputs.Contains("w2"));
        Model int8 = net with { Graph = StaticQuantization.Apply(net.Graph, Ranges(net, CalibrationMethod.MinMax), s_none) };

        Assert.That(LayerErrors.Of(net, int8, new SimdRunner(1), [Rows(64)])[0].Node, Is.EqualTo(bad.Name));
    }

    [Test]
    public void DynamicInt8_Net_AnswersNearlyAsFloatOnBothEngines()
    {
        Model net = Net();
        Model variant = net with { Graph = DynamicQuantization.Apply(net.Graph, s_none) };

        GraphChecker.Check(variant);
        Assert.That(variant.Graph.Nodes.Select(n => n.OpType), Has.None.EqualTo("Conv").And.None.EqualTo("Gemm").And.None.EqualTo("MatMul"));
        foreach (IGraphRunner runner in Runners())
        {
            Assert.That(Error(net, variant, runner), Is.InRange(1e-6, 0.05), runner.Name);
        }
    }

    [Test]
    public void Float16_Net_HalvesTheFileAndKeepsSensitiveOpsInFloat()
    {
        Model net = Net();
        Model half = net with { Graph = HalfPrecision.Apply(net.Graph, s_none) };

        GraphChecker.Check(half);
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(half.Graph).Types;
        Assert.That(half.Graph.Nodes.Where(n => n.OpType is "Conv" or "Gemm" or "MatMul").Select(n => types[n.Inputs[0]].Type), Is.All.EqualTo(DType.Float16));
        Assert.That(half.Graph.Nodes.Where(n => n.OpType is "Softmax" or "GlobalAveragePool").Select(n => types[n.Inputs[0]].Type), Is.EqualTo(new[] { DType.Float, DType.Float }));
        Assert.That(half.Graph.Inputs.Concat(half.Graph.Outputs), Is.EqualTo(net.Graph.Inputs.Concat(net.Graph.Outputs)));
        Assert.That((double)ModelWriter.ToBytes(half).Length / ModelWriter.ToBytes(net).Length, Is.LessThan(0.65));
        Assert.That(Error(net, half, new OrtRunner(new OrtOptions { Threads = 1 })), Is.InRange(1e-7, 5e-3));
    }

    [Test]
    public void Float16_WeightTooLargeForIt_StaysInFloat()
    {
        var g = new GraphBuilder("large");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2));
        g.Output(g.MatMul(x, g.Initializer("w", Tensor.Of<float>([2, 1], [1e6f, 1]))), "y");
        Graph graph = g.Build();

        Assert.That(HalfPrecision.Apply(graph, s_none).Nodes.Select(n => n.OpType), Is.EqualTo(graph.Nodes.Select(n => n.OpType)));
    }

    [Test]
    public void Float16_InOurEngine_IsRefusedByNode()
    {
        Model net = Net();
        Model half = net with { Graph = HalfPrecision.Apply(net.Graph, s_none) };
        AnnealException error = Assert.Catch<AnnealException>(() => Run(new SimdRunner(1), half, Rows(2)))!;

        Assert.That(error.Message, Does.Contain("float16").And.Contain("expected one of float, double"));
        Assert.That(error.UnsupportedOps, Is.Not.Empty);
    }

    [TestCase(0, 2, 0)]
    [TestCase(-1, 3, 64)]
    [TestCase(-5, 0, 255)]
    public void ValueRange_ScaleAndZero_SpanTheRange(float min, float max, int zero)
    {
        var range = new ValueRange(min, max);

        Assert.That(range.Zero, Is.EqualTo(zero));
        Assert.That(range.Scale, Is.EqualTo((max - min) / 255).Within(1e-7));
    }

    [Test]
    public void Percentile_OutliersAmongMany_AreLeftOut()
    {
        Model identity = Identity();
        float[] values = [.. Enumerable.Range(0, 9999).Select(i => i / 9999f), 100];
        var batch = new Dictionary<string, Tensor> { ["x"] = Tensor.Of<float>([10000, 1], values) };

        ValueRange all = new Calibration(CalibrationMethod.MinMax).Run(identity, ["y"], new SimdRunner(1), [batch])["y"];
        ValueRange most = new Calibration(CalibrationMethod.Percentile, 0.999).Run(identity, ["y"], new SimdRunner(1), [batch])["y"];
        ValueRange best = new Calibration(CalibrationMethod.Entropy).Run(identity, ["x"], new SimdRunner(1), [batch])["x"];

        Assert.That(all, Is.EqualTo(new ValueRange(0, 100)));
        Assert.That(most.Max, Is.InRange(0.9f, 1.1f));
        Assert.That(best.Max, Is.InRange(1f, 50f));
    }

    private static Model Identity()
    {
        var g = new GraphBuilder("identity");
        g.Output(g.Add(g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1)), g.Scalar(0, DType.Float)), "y");
        return Model.Of(g.Build());
    }

    // Three convolutions, one beside a shortcut, pools, a Gemm and a MatMul; probabilities at the end.
    private static Model Net()
    {
        var g = new GraphBuilder("net");
        Value x = g.Mul(g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3, 8, 8)), 0.5);
        Attributes same = Attributes.Of(("pads", new long[] { 1, 1, 1, 1 }));
        x = g.Node("Relu", [g.Node("Conv", [x, W("w1", 8, 3, 3, 3), B("b1", 8)], same)]);
        Value beside = g.Node("Conv", [x, W("w2", 8, 8, 3, 3)], same);
        x = g.Node("Relu", [g.Add(x, beside)]);
        x = g.Node("MaxPool", [x], Attributes.Of(("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })));
        x = g.Node("Relu", [g.Node("Conv", [x, W("w3", 16, 8, 3, 3), B("b3", 16)], same)]);
        x = g.Node("Flatten", [g.Node("GlobalAveragePool", [x])]);
        x = g.Node("Relu", [g.Gemm(x, W("w4", 24, 16), B("b4", 24), transB: true)]);
        g.Output(g.Node("Softmax", [g.Add(g.MatMul(x, W("w5", 24, 5)), B("b5", 5))]), "y");
        return Model.Of(g.Build());

        Value W(string name, params int[] shape) => g.Initializer(name, Draw(shape, 0.4, name.Length + name[1]));

        Value B(string name, int size) => g.Initializer(name, Draw([size], 0.2, name[1] + 9));
    }

    private static Tensor Draw(int[] shape, double reach, int salt) =>
        Tensor.Of<float>(shape, [.. Sample.Real(shape, -reach, reach, salt).Span<double>().ToArray().Select(v => (float)v)]);

    private static Dictionary<string, Tensor> Rows(int rows, int salt = 0) => new() { ["x"] = Draw([rows, 3, 8, 8], 2, salt) };

    private static IReadOnlyDictionary<string, ValueRange> Ranges(Model net, CalibrationMethod method) =>
        new Calibration(method, 0.9999).Run(net, StaticQuantization.ValuesOf(net.Graph), new SimdRunner(1), [Rows(64, 1), Rows(64, 2), Rows(30, 3)]);

    private static IGraphRunner[] Runners() => [new SimdRunner(1), new OrtRunner(new OrtOptions { Threads = 1 })];

    private static double Error(Model net, Model variant, IGraphRunner runner)
    {
        Dictionary<string, Tensor> rows = Rows(40, 5);
        float[] a = Run(new SimdRunner(1), net, rows).Span<float>().ToArray();
        float[] b = Run(runner, variant, rows).Span<float>().ToArray();
        return a.Zip(b).Max(p => Math.Abs(p.First - p.Second));
    }

    private static Tensor Run(IGraphRunner runner, Model model, Dictionary<string, Tensor> rows)
    {
        using IGraphSession session = runner.Open(model, []);
        var fetches = new Tensor?[1];
        session.Run([rows["x"]], fetches);
        return fetches[0]!.Clone();
    }
}
