using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Rewrite;

/// <summary>The layers of imported models and of evaluation, as other tools and our own write them, become the nodes that have kernels of their own.</summary>
internal sealed class FuseLayersTests
{
    private static readonly Attributes s_axisLast = Attributes.Of(("axis", -1L));

    [TestCase("NOTSET", 1)]
    [TestCase("VALID", 2)]
    [TestCase("SAME_UPPER", 2)]
    [TestCase("SAME_LOWER", 1)]
    public void ConvRelu_AttributesLeftOutOrPaddingByName_IsOneNode(string padding, long stride)
    {
        var g = new GraphBuilder("g");
        Attributes attributes = padding == "NOTSET" ? Attributes.None : Attributes.Of(("auto_pad", padding), ("strides", new[] { stride, stride }));
        Value conv = g.Node("Conv", [Input(g, "x", 2, 3, 6, 7), Input(g, "w", 4, 3, 3, 2)], attributes);
        g.Output(g.Node("Relu", [conv]), "y");

        Graph result = Rewritten.By(g.Build(), FuseConvRelu.Apply);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "ConvRelu", "Identity" }));
    }

    [TestCase("SAME_UPPER", 1, true)]
    [TestCase("SAME_UPPER", 2, false)]
    [TestCase("VALID", 2, true)]
    public void ConvRelu_SizesNotKnown_IsOneNodeWhereThePaddingDoesNotFollowFromThem(string padding, long stride, bool isFused)
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3, Dim.Of("H"), Dim.Of("W")));
        Value conv = g.Node("Conv", [x, Input(g, "w", 4, 3, 3, 3)], Attributes.Of(("auto_pad", padding), ("strides", new[] { stride, stride })));
        g.Output(g.Node("Relu", [conv]), "y");

        Assert.That(FuseConvRelu.Apply(g.Build()).Ops(), isFused ? Does.Contain("ConvRelu") : Does.Not.Contain("ConvRelu"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void MatMulAdd_OfMatrices_IsAGemmThatTakesTheRelu(bool isRowFirst)
    {
        var g = new GraphBuilder("g");
        Value product = g.MatMul(Input(g, "x", 5, 4), Input(g, "w", 4, 3));
        Value row = Input(g, "b", 3);
        g.Output(g.Node("Relu", [isRowFirst ? g.Add(row, product) : g.Add(product, row)]), "y");

        Graph result = Rewritten.By(g.Build(), graph => FuseGemmRelu.Apply(FuseMatMulAdd.Apply(graph)), 1e-6);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "GemmRelu", "Identity" }));
    }

    [Test]
    public void MatMulAdd_OfSequences_IsAGemmOfTheirRows()
    {
        var g = new GraphBuilder("g");
        g.Output(g.Add(g.MatMul(Input(g, "x", 2, 5, 4), Input(g, "w", 4, 3)), Input(g, "b", 1, 3)), "y");

        Graph result = Rewritten.By(g.Build(), FuseMatMulAdd.Apply, 1e-6);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "Reshape", "Gemm", "Reshape", "Identity" }));
    }

    [Test]
    public void MatMulAdd_OfAColumnOrOfAProductThatOthersRead_StaysAsItIs()
    {
        var g = new GraphBuilder("g");
        Value w = Input(g, "w", 4, 3);
        g.Output(g.Add(g.MatMul(Input(g, "x", 3, 4), w), Input(g, "column", 3, 1)), "y");
        Value shared = g.MatMul(Input(g, "z", 2, 4), w);
        g.Output(shared, "shared");
        g.Output(g.Add(shared, Input(g, "b", 3)), "sum");

        Assert.That(Rewritten.By(g.Build(), FuseMatMulAdd.Apply).Ops(), Does.Not.Contain("Gemm"));
    }

    [Test]
    public void ConvBatchNorm_WeightsAndStatisticsAreInputs_IsAConvolutionThatTakesTheRelu([Values] bool hasBias, [Values] bool isSequence)
    {
        var g = new GraphBuilder("g");
        int[] spatial = isSequence ? [6] : [6, 5];
        int[] kernel = isSequence ? [3] : [3, 2];
        Value conv = g.Node("Conv", [Input(g, "x", [2, 3, .. spatial]), Input(g, "w", [4, 3, .. kernel]), hasBias ? Input(g, "b", 4) : null]);
        Value[] statistics = [Input(g, "scale", 4), Input(g, "shift", 4), Input(g, "mean", 4), g.Exp(Input(g, "var", 4))];
        g.Output(g.Node("Relu", [g.Node("BatchNormalization", [conv, .. statistics], Attributes.Of(("epsilon", 0.01f)))]), "y");

        Graph result = Rewritten.By(g.Build(), graph => FuseConvRelu.Apply(ScaleConvWeights.Apply(graph)), 1e-5);

        Assert.That(result.Ops(), Does.Contain("ConvRelu").And.Not.Contain("BatchNormalization").And.Not.Contain("Relu"));
    }

    [Test]
    public void ConvBatchNorm_OfTraining_StaysAsItIs()
    {
        var g = new GraphBuilder("g");
        Value conv = g.Node("Conv", [Input(g, "x", 2, 3, 6, 5), Input(g, "w", 4, 3, 3, 2)]);
        Value[] statistics = [Input(g, "scale", 4), Input(g, "shift", 4), Input(g, "mean", 4), Input(g, "var", 4)];
        g.Output(g.Node("BatchNormalization", [conv, .. statistics], 3, Attributes.Of(("training_mode", 1L)))[0], "y");

        Assert.That(Rewritten.By(g.Build(), ScaleConvWeights.Apply).Ops(), Does.Contain("BatchNormalization"));
    }

    [Test]
    public void Attention_OfASplit_IsOneNode([Values] bool divides)
    {
        var g = new GraphBuilder("g");
        Value[] parts = g.Node("Split", [Input(g, "x", 2, 5, 18)], 3, Attributes.Of(("axis", -1L), ("num_outputs", 3L)));
        g.Output(Attend(g, parts, divides, Math.Sqrt(3)), "y");

        Graph result = Rewritten.By(g.Build(), FuseAttention.Apply, 1e-5);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "SelfAttention", "Reshape", "Reshape", "Identity" }));
        Assert.That(result.Nodes[0].Inputs, Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void Attention_OfProductsApart_IsOneNodeOfThemSideBySide([Values] bool isRows)
    {
        var g = new GraphBuilder("g");
        Value x = isRows ? Input(g, "x", 10, 4) : Input(g, "x", 2, 5, 4);
        Value[] parts = [.. new[] { "q", "k", "v" }.Select(name => g.MatMul(x, Input(g, name, 4, 6)))];
        g.Output(Attend(g, parts, divides: false, Math.Sqrt(3)), "y");

        Graph result = Rewritten.By(g.Build(), FuseAttention.Apply, 1e-5);

        Assert.That(result.Ops(), Does.Contain("SelfAttention").And.Contain("Concat").And.Not.Contain("Softmax").And.Not.Contain("Transpose"));
    }

    [Test]
    public void Attention_OtherScaleOrWeightsThatOthersRead_StaysAsItIs([Values] bool isScaled)
    {
        var g = new GraphBuilder("g");
        Value[] parts = g.Node("Split", [Input(g, "x", 2, 5, 18)], 3, Attributes.Of(("axis", -1L), ("num_outputs", 3L)));
        g.Output(Attend(g, parts, divides: true, isScaled ? Math.Sqrt(3) : 2), "y");
        if (isScaled)
        {
            g.Output(g[g.Nodes.Single(n => n.OpType == "Softmax").Outputs[0]], "weights");
        }

        Assert.That(Rewritten.By(g.Build(), FuseAttention.Apply).Ops(), Does.Contain("Softmax"));
    }

    // Two heads of depth 3 over 5 steps.
    private static Value Attend(GraphBuilder g, Value[] parts, bool divides, double root)
    {
        Value[] heads = [.. parts.Select(p => g.Reshape(p, -1, 5, 2, 3))];
        Value scores = g.MatMul(g.Transpose(heads[0], 0, 2, 1, 3), g.Transpose(heads[1], 0, 2, 3, 1));
        Value scaled = divides ? g.Div(scores, g.Scalar(root, DType.Float)) : g.Mul(scores, 1 / root);
        Value mixed = g.MatMul(g.Node("Softmax", [scaled], s_axisLast), g.Transpose(heads[2], 0, 2, 1, 3));
        return g.Reshape(g.Transpose(mixed, 0, 2, 1, 3), -1, 5, 6);
    }

    private static Value Input(GraphBuilder g, string name, params int[] shape) => g.Input(name, TensorType.Of(DType.Float, [.. shape.Select(d => Dim.Of(d))]));
}
