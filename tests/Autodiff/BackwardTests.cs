using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Autodiff;

namespace Anneal.Tests.Autodiff;

internal sealed class BackwardTests
{
    private static readonly TensorType s_rows = TensorType.Of(DType.Double, Dim.Of("N"), 3);

    [Test]
    public void Run_ValueReadTwice_SumsBothGradients()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value loss = g.ReduceSum(g.Add(g.Mul(x, x), g.Mul(x, 3)), keepDims: false);

        Tensor at = Sample.Real([2, 3]);
        Tensor gradient = Gradients(g, loss, [x], ("x", at))[0];

        Compare.Close(gradient, Tensor.Of<double>([2, 3], [.. Compare.Doubles(at).Select(v => (2 * v) + 3)]), 1e-14, "2x + 3");
    }

    [TestCase(new[] { 3 })]
    [TestCase(new[] { 1, 3 })]
    [TestCase(new[] { 4, 1 })]
    [TestCase(new[] { 1, 1 })]
    [TestCase(new int[0])]
    public void Run_InputBroadcast_GradientHasItsShape(int[] shape)
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Double, 4, 3));
        Value b = g.Input("b", new TensorType(DType.Double, TensorShape.Of(shape)));
        Value loss = g.ReduceSum(g.Mul(x, b), keepDims: false);

        Tensor at = Sample.Real([4, 3]);
        Tensor gradient = Gradients(g, loss, [b], ("x", at), ("b", Sample.Real(shape)))[0];

        double[] sums = new double[Tensor.LengthOf(shape)];
        for (int i = 0; i < 12; i++)
        {
            int row = shape.Length == 2 && shape[0] == 4 ? i / 3 : 0;
            int column = shape.Length > 0 && shape[^1] == 3 ? i % 3 : 0;
            sums[(row * (shape.Length > 0 ? shape[^1] : 1)) + column] += Compare.Doubles(at)[i];
        }

        Compare.Close(gradient, Tensor.Of<double>(shape, sums), 1e-14, "sum of x");
    }

    [Test]
    public void Run_LossDoesNotDependOnValue_GivesZerosOfItsShape()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value unused = g.Input("unused", s_rows);
        Value compared = g.Input("compared", s_rows);
        Value mask = g.Greater(x, compared);
        Value loss = g.ReduceSum(g.Where(mask, x, g.Scalar(0, DType.Double)), keepDims: false);

        Tensor[] gradients = Gradients(
            g, loss, [unused, compared, x], ("x", Tensor.Of<double>([1, 3], [1, 2, 3])), ("unused", Sample.Real([1, 3])), ("compared", Tensor.Of<double>([1, 3], [2, 2, 2])));

        Compare.Close(gradients[0], Tensor.Zeros(DType.Double, 1, 3), 0, "not read");
        Compare.Close(gradients[1], Tensor.Zeros(DType.Double, 1, 3), 0, "only compared with");
        Compare.Close(gradients[2], Tensor.Of<double>([1, 3], [0, 0, 1]), 0, "read through Where");
    }

    [Test]
    public void Run_ThroughForbiddenOp_NamesNodeAndReason()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value loss;
        using (g.Scope("head", new Origin("pipelines.yaml", 14, 9, "model")))
        {
            loss = g.ReduceSum(g.Node("ReluGrad", [x, x], domain: Model.AnnealDomain), keepDims: false);
        }

        AnnealException? error = Assert.Throws<AnnealException>(() => Backward.Run(g, loss, [x]));

        Assert.That(error!.Message, Does.Contain("pipelines.yaml:14:9").And.Contain("node 'head/ReluGrad' (ReluGrad) → no gradient flows through this op: it is itself a gradient"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Run_ForbiddenOpOffTheWay_IsLeftAlone()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value w = g.Input("w", TensorType.Of(DType.Double));
        Value loss = g.Mul(g.Reduce("ReduceProd", x, keepDims: false), w);

        Tensor gradient = Gradients(g, loss, [w], ("x", Tensor.Of<double>([1, 3], [2, 3, 4])), ("w", Tensor.Scalar(1.0)))[0];

        Compare.Close(gradient, Tensor.Scalar(24.0), 0, "product of x");
    }

    [Test]
    public void Run_LossOfRankTwo_SaysWhatItIs()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);

        AnnealException? error = Assert.Throws<AnnealException>(() => Backward.Run(g, g.Neg(x), [x]));

        Assert.That(error!.Message, Is.EqualTo("the loss 'Neg' is double[N,3], expected a floating scalar"));
    }

    [Test]
    public void Run_LossItself_IsOne()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Double));

        Compare.Close(Gradients(g, x, [x], ("x", Tensor.Scalar(5.0)))[0], Tensor.Scalar(1.0), 0, "d loss / d loss");
    }

    [TestCase("Relu")]
    [TestCase("Tanh")]
    [TestCase("Sigmoid")]
    [TestCase("LeakyRelu")]
    public void Run_LossOfPerceptron_EqualsCentralDifferences(string activation)
    {
        var g = new GraphBuilder("g");
        (string Name, Tensor At)[] parameters =
        [
            ("w1", Sample.Real([5, 7], -1, 1, 1)), ("b1", Sample.Real([7], -1, 1, 2)), ("w2", Sample.Real([7, 4], -1, 1, 3)), ("b2", Sample.Real([4], -1, 1, 4)),
        ];
        Value x = g.Input("x", TensorType.Of(DType.Double, Dim.Of("N"), 5));
        Value target = g.Input("target", TensorType.Of(DType.Int64, Dim.Of("N")));
        Value[] p = [.. parameters.Select(t => g.Input(t.Name, TensorType.Of(t.At)))];
        Value hidden = g.Node(activation, [g.Gemm(x, p[0], p[1])]);
        Value loss = g.Node("SoftmaxCrossEntropyLoss", [g.Gemm(hidden, p[2], p[3]), target], 2)[0];
        IReadOnlyList<Value> gradients = Backward.Run(g, loss, p);
        Graph graph = g.Build();
        Dictionary<string, Tensor> feeds = parameters.ToDictionary(t => t.Name, t => t.At);
        feeds["x"] = Sample.Real([6, 5]);
        feeds["target"] = Sample.Whole([6], 4);
        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(graph, feeds);
        Graph forward = graph with { Nodes = [.. graph.Nodes.Take(1 + Array.FindIndex([.. graph.Nodes], n => n.Outputs.Contains(loss.Name)))] };

        for (int i = 0; i < p.Length; i++)
        {
            Compare.Close(values[gradients[i].Name], Differences(forward, loss.Name, feeds, parameters[i].Name), 1e-8, parameters[i].Name);
        }
    }

    private static Tensor Differences(Graph forward, string loss, Dictionary<string, Tensor> feeds, string name)
    {
        const double H = 1e-5;
        Tensor result = Tensor.Zeros(DType.Double, feeds[name].Shape);
        for (int i = 0; i < result.Length; i++)
        {
            result.Span<double>()[i] = (LossAt(i, H) - LossAt(i, -H)) / (2 * H);
        }

        return result;

        double LossAt(int element, double change)
        {
            Tensor moved = feeds[name].Clone();
            moved.Span<double>()[element] += change;
            return GraphEvaluator.Run(forward, new Dictionary<string, Tensor>(feeds) { [name] = moved })[loss].Span<double>()[0];
        }
    }

    private static Tensor[] Gradients(GraphBuilder g, Value loss, Value[] wrt, params (string Name, Tensor Value)[] feeds)
    {
        IReadOnlyList<Value> gradients = Backward.Run(g, loss, wrt);
        Assert.That(gradients.Select(d => d.Type.Type), Is.EqualTo(wrt.Select(v => v.Type.Type)));
        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(g.Build(), feeds.ToDictionary(f => f.Name, f => f.Value));
        return [.. gradients.Select(d => values[d.Name])];
    }
}
