using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Runs single ops on tensors, and their gradient rules against central differences.</summary>
internal static class OpRun
{
    public static Tensor One(string op, Attributes? attributes, params Tensor?[] inputs) => All(op, attributes, 1, inputs)[0]!;

    public static Tensor?[] All(string op, Attributes? attributes, int outputs, params Tensor?[] inputs) =>
        Evaluator.Run(NodeOf(op, attributes, outputs, inputs.Select((t, i) => t is null ? "" : $"x{i}")), inputs);

    public static Tensor Threads(int threads, string op, Attributes? attributes, params Tensor?[] inputs)
    {
        using var team = new Team(threads);
        return Evaluator.Run(NodeOf(op, attributes, 1, inputs.Select((t, i) => t is null ? "" : $"x{i}")), inputs, team)[0]!;
    }

    public static string Error(string op, Attributes? attributes, params Tensor?[] inputs) =>
        Assert.Throws<AnnealException>(() => One(op, attributes, inputs))!.Message;

    public static string Shape(string op, Attributes? attributes, params object[] inputs)
    {
        var g = new GraphBuilder("g");
        Value[] values = [.. inputs.Select((x, i) => x is Tensor t ? g.Initializer($"c{i}", t) : g.Input($"x{i}", (TensorType)x))];
        return g.Node(op, values, attributes).Type.ToString();
    }

    public static Tensor Iota(params int[] shape) => Of(shape, i => i);

    public static Tensor Of(int[] shape, Func<int, double> value)
    {
        Tensor tensor = Tensor.Zeros(DType.Float, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span<float>()[i] = (float)value(i);
        }

        return tensor;
    }

    public static Tensor Doubles(int seed, params int[] shape)
    {
        Tensor tensor = Tensor.Zeros(DType.Double, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span<double>()[i] = Math.Sin((seed * 1.7) + (i * 2.3));
        }

        return tensor;
    }

    public static Tensor Longs(params long[] values) => Tensor.Vector(values);

    /// <summary>Asserts that the rule's gradients of all double inputs match central differences; sizes of 'open' inputs' first dimension are known only at run time.</summary>
    public static void CheckGradient(string op, Attributes? attributes, Tensor?[] inputs, int outputs = 1, bool open = false)
    {
        var g = new GraphBuilder("g");
        var feeds = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Value?[] values = new Value?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } tensor)
            {
                bool isInput = tensor.Type == DType.Double;
                Dim[] dims = [.. TensorShape.Of(tensor.Shape).Dims];
                if (open && dims.Length > 0)
                {
                    dims[0] = Dim.Of($"N{dims[0].Size}");
                }

                values[i] = isInput ? g.Input($"x{i}", TensorType.Of(DType.Double, dims)) : g.Initializer($"x{i}", tensor);
                feeds[$"x{i}"] = tensor;
            }
        }

        Value[] y = g.Node(op, values, outputs, attributes, OpTable.Find("", op) is null ? Model.AnnealDomain : "");
        Node node = g.Nodes[^1];
        Tensor[] forward = [.. Run(g, feeds, y)];
        Value[] dY = [.. y.Select((v, i) => g.Input($"dy{i}", v.Type))];
        for (int i = 0; i < dY.Length; i++)
        {
            feeds[$"dy{i}"] = Doubles(100 + i, forward[i].Shape.ToArray());
        }

        var rule = (Gradient.RuleGradient)OpTable.Get(node).Gradient;
        Value?[] gradients = rule.Rule(new GradientScope(g, node, dY));
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { Type: DType.Double } x)
            {
                Assert.That(gradients[i], Is.Not.Null, $"gradient of input {i}");
                Tensor dX = Run(g, feeds, [g.SumTo(gradients[i]!, values[i]!)])[0];
                Assert.That(dX.Shape.ToArray(), Is.EqualTo(x.Shape.ToArray()), $"shape of the gradient of input {i}");
                Tensor v = Doubles(7, x.Shape.ToArray());
                double expected = (Loss(1e-4) - Loss(-1e-4)) / 2e-4;
                double actual = Dot(dX, v);
                Assert.That(actual, Is.EqualTo(expected).Within(1e-6 * (1 + Math.Abs(expected))), $"gradient of input {i}");

                double Loss(double step)
                {
                    Tensor moved = x.Clone();
                    for (int k = 0; k < moved.Length; k++)
                    {
                        moved.Span<double>()[k] += step * v.Span<double>()[k];
                    }

                    var changed = new Dictionary<string, Tensor>(feeds, StringComparer.Ordinal) { [$"x{i}"] = moved };
                    return Run(g, changed, y).Select((t, k) => Dot(t, feeds[$"dy{k}"])).Sum();
                }
            }
        }
    }

    private static double Dot(Tensor a, Tensor b) => a.Span<double>().ToArray().Zip(b.Span<double>().ToArray(), (p, q) => p * q).Sum();

    private static Tensor[] Run(GraphBuilder g, Dictionary<string, Tensor> feeds, Value[] wanted)
    {
        var values = new Dictionary<string, Tensor>(feeds, StringComparer.Ordinal);
        foreach (Node node in g.Nodes)
        {
            foreach (string input in node.Inputs.Where(i => i.Length > 0 && !values.ContainsKey(i)))
            {
                if (g.ConstantOf(g[input]) is { } constant)
                {
                    values[input] = constant;
                }
            }

            if (node.Inputs.All(i => i.Length == 0 || values.ContainsKey(i)))
            {
                Tensor?[] results = Evaluator.Run(node, [.. node.Inputs.Select(i => i.Length == 0 ? null : values[i])]);
                for (int i = 0; i < results.Length; i++)
                {
                    values[node.Outputs[i]] = results[i]!;
                }
            }
        }

        return [.. wanted.Select(v => values[v.Name])];
    }

    private static Node NodeOf(string op, Attributes? attributes, int outputs, IEnumerable<string> inputs) => new(
        "n",
        OpTable.Find("", op) is not null ? "" : OpTable.Find("ai.onnx.ml", op) is not null ? "ai.onnx.ml" : Model.AnnealDomain,
        op,
        [.. inputs],
        [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")],
        attributes ?? Attributes.None,
        Origin.None);
}
