using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class ExpandUpdatesTests
{
    private const string Domain = "ai.onnx.preview.training";

    [TestCase(0)]
    [TestCase(3)]
    public void Read_AdamOfTwoTensorsInDouble_IsTheStandardsFormula(long t)
    {
        Attributes attributes = Attributes.Of(("alpha", 0.8f), ("beta", 0.9f), ("epsilon", 0.125f), ("norm_coefficient", 0.5f), ("norm_coefficient_post", 0.25f));
        IReadOnlyDictionary<string, Tensor> results = Run("Adam", attributes, 2, t);
        (double alpha, double beta) = (0.8f, 0.9f);

        for (int i = 0; i < 2; i++)
        {
            (double x, double g, double v, double h) = (1 + i, 3 + i, 5 + i, 7 + i);
            g += 0.5 * x;
            v = (alpha * v) + ((1 - alpha) * g);
            h = (beta * h) + ((1 - beta) * g * g);
            double rate = t > 0 ? 0.1 * Math.Sqrt(1 - Math.Pow(beta, t)) / (1 - Math.Pow(alpha, t)) : 0.1;
            Assert.That(results[$"y{i}"].Span<double>()[0], Is.EqualTo(0.75 * (x - (rate * v / (Math.Sqrt(h) + 0.125)))).Within(1e-12));
            Assert.That(results[$"y{2 + i}"].Span<double>()[0], Is.EqualTo(v).Within(1e-12));
            Assert.That(results[$"y{4 + i}"].Span<double>()[0], Is.EqualTo(h).Within(1e-12));
        }
    }

    [Test]
    public void Read_Adagrad_IsTheStandardsFormula()
    {
        IReadOnlyDictionary<string, Tensor> results = Run("Adagrad", Attributes.Of(("decay_factor", 0.5f), ("epsilon", 0.25f)), 1, 4);

        double h = 3 + 4;
        Assert.That(results["y1"].Span<double>()[0], Is.EqualTo(h));
        Assert.That(results["y0"].Span<double>()[0], Is.EqualTo(1 - (0.1 / 3 * 2 / (Math.Sqrt(h) + 0.25))).Within(1e-12));
    }

    [TestCase("standard", 0, 3.5)]
    [TestCase("standard", 1, 2.5)]
    [TestCase("nesterov", 1, 2 + (0.5 * 2.5))]
    public void Read_Momentum_IsTheStandardsFormula(string mode, long t, double direction)
    {
        Attributes attributes = Attributes.Of(("alpha", 0.5f), ("beta", 0.5f), ("norm_coefficient", 0f), ("mode", mode));

        Assert.That(Run("Momentum", attributes, 1, t)["y0"].Span<double>()[0], Is.EqualTo(1 - (0.1 * direction)).Within(1e-12));
    }

    [Test]
    public void Read_MomentumOfUnknownMode_IsAnError() => Assert.That(
        () => Run("Momentum", Attributes.Of(("alpha", 0.5f), ("beta", 0.5f), ("norm_coefficient", 0f), ("mode", "heavy")), 1, 1),
        Throws.TypeOf<AnnealException>().With.Message.Contains("mode is 'heavy', expected 'standard' or 'nesterov'"));

    [Test]
    public void Read_UpdateWithAnInputTooFew_IsAnError()
    {
        Node node = Node("adagrad", "Adagrad", ["x", "w", "x", "x"], ["y"], domain: Domain);

        Assert.That(() => Read(Of(node)), Throws.TypeOf<AnnealException>().With.Message.Contains("4 inputs and 1 outputs, expected R, T, 3 tensors and 2 outputs for each tensor that is updated"));
    }

    [Test]
    public void Read_Gradient_IsRefusedByNameWithTheReason()
    {
        AnnealException error = Assert.Throws<AnnealException>(() => Read(Of(Node("gradient", "Gradient", ["x"], ["y"], domain: Domain))))!;

        Assert.That(error.UnsupportedOps, Is.EqualTo(new[] { "Gradient" }));
        Assert.That(error.Message, Does.Contain("gradients are derived when a step is built, not when a file is read"));
    }

    // R = 0.1; then the numbers 1, 2, ... for the tensors, their gradients and their states.
    private static IReadOnlyDictionary<string, Tensor> Run(string op, Attributes attributes, int tensors, long t)
    {
        int kinds = op == "Adam" ? 4 : 3;
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["r"] = Tensor.Scalar(0.1), ["t"] = Tensor.Scalar(t) };
        for (int i = 0; i < kinds * tensors; i++)
        {
            values[$"x{i}"] = Tensor.Of<double>([1], [i + 1]);
        }

        string[] outputs = [.. Enumerable.Range(0, (kinds - 1) * tensors).Select(i => $"y{i}")];
        var graph = new Graph(
            "update",
            [.. values.Select(v => new ValueInfo(v.Key, TensorType.Of(v.Value)))],
            [.. outputs.Select(o => new ValueInfo(o, TensorType.Of(DType.Double, 1)))],
            Graph.NoInitializers,
            [Node("update", op, [.. values.Keys], outputs, attributes, Domain)],
            Graph.NoValues);
        return GraphEvaluator.Run(Read(graph), values);
    }

    private static Graph Read(Graph graph)
    {
        Model model = Model(graph);
        return ModelReader.Read(ModelWriter.ToBytes(model with { Opsets = model.Opsets.Add(Domain, 1) })).Graph;
    }
}
