using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class EliminateTests
{
    [Test]
    public void Reshapes_AChain_IsOneReshape()
    {
        GraphBuilder g = Begin(out Value x, 2, 3, 1, 4);
        Value flat = g.Node("Flatten", [g.Squeeze(x, 2)], Attributes.Of(("axis", 1L)));
        g.Output(g.Node("Relu", [g.Reshape(g.Unsqueeze(flat, 0), 4, -1)]), "y");

        Graph result = Rewritten.By(g.Build(), EliminateReshapes.Apply);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "Reshape", "Relu", "Identity" }));
        Assert.That(result.Nodes[0].Inputs[0], Is.EqualTo("x"));
    }

    [Test]
    public void Reshapes_BackToTheFirstShapeOrToTheSame_GoAndIdentitiesToo()
    {
        GraphBuilder g = Begin(out Value x, 2, 6);
        Value there = g.Reshape(g.Node("Identity", [x]), 3, 4);
        g.Output(g.Node("Relu", [g.Reshape(g.Reshape(there, 2, 6), 2, 6)]), "y");

        Assert.That(Rewritten.By(g.Build(), EliminateReshapes.Apply).Ops(), Is.EqualTo(new[] { "Relu", "Identity" }));
    }

    [Test]
    public void Reshapes_OfAnOpenSize_KeepItOpen()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2, 3));
        g.Output(g.Node("Relu", [g.Unsqueeze(g.Node("Flatten", [x]), 1)]), "y");

        Graph result = EliminateReshapes.Apply(g.Build());

        GraphChecker.Check(result);
        Node reshape = result.Nodes.Single(n => n.OpType == "Reshape");
        Assert.That(reshape.Inputs[0], Is.EqualTo("x"));
        Assert.That(result.Initializers[reshape.Inputs[1]].Span<long>().ToArray(), Is.EqualTo(new long[] { -1, 1, 6 }));
    }

    [Test]
    public void Transposes_OneAfterTheOther_AreOneOrNone()
    {
        GraphBuilder g = Begin(out Value x, 2, 3, 4);
        Value once = g.Transpose(x, 1, 2, 0);
        g.Output(g.Node("Relu", [g.Transpose(once, 2, 0, 1)]), "none");
        g.Output(g.Node("Relu", [g.Transpose(once, 0, 2, 1)]), "one");

        Graph result = Rewritten.By(g.Build(), EliminateTransposes.Apply);

        Node transpose = result.Nodes.Single(n => n.OpType == "Transpose");
        Assert.That(transpose.Inputs, Is.EqualTo(new[] { "x" }));
        Assert.That(transpose.Attributes.Ints("perm"), Is.EqualTo(new long[] { 1, 0, 2 }));
    }

    [Test]
    public void Transposes_OfSizesOfOne_AreReshapes()
    {
        GraphBuilder g = Begin(out Value x, 2, 1, 3, 1);
        g.Output(g.Transpose(x, 1, 0, 3, 2), "y");

        Assert.That(Rewritten.By(g.Build(), EliminateTransposes.Apply).Ops(), Is.EqualTo(new[] { "Reshape", "Identity" }));
    }

    [Test]
    public void Transposes_OfMatricesThatAreMultiplied_AreAttributesOfGemm([Values] bool isGemm, [Values] bool isLeft, [Values] bool isRight)
    {
        GraphBuilder g = Begin(out Value x, isLeft ? [3, 5] : [5, 3]);
        Value w = g.Input("w", TensorType.Of(DType.Float, isRight ? [4, 3] : [3, 4]));
        Value a = isLeft ? g.Transpose(x, 1, 0) : x;
        Value b = isRight ? g.Transpose(w, 1, 0) : w;
        g.Output(isGemm ? g.Gemm(a, b, alpha: 0.5f) : g.MatMul(a, b), "y");

        Graph result = Rewritten.By(g.Build(), EliminateTransposes.Apply, 1e-6);

        Assert.That(result.Ops(), Is.EqualTo(new[] { isGemm || isLeft || isRight ? "Gemm" : "MatMul", "Identity" }));
        Assert.That(result.Nodes[0].Attributes.Int("transA", 0), Is.EqualTo(isLeft ? 1 : 0));
        Assert.That(result.Nodes[0].Attributes.Int("transB", 0), Is.EqualTo(isRight ? 1 : 0));
    }

    [Test]
    public void Transposes_OfABatchOfMatrices_Stay()
    {
        GraphBuilder g = Begin(out Value x, 2, 3, 5);
        g.Output(g.MatMul(g.Transpose(x, 0, 2, 1), x), "y");

        Assert.That(Rewritten.By(g.Build(), EliminateTransposes.Apply).Ops(), Is.EqualTo(new[] { "Transpose", "MatMul", "Identity" }));
    }

    [Test]
    public void BatchNorm_AfterConvOrGemmOfConstants_GoesIntoTheWeights([Values] bool isConv, [Values] bool hasBias, [Values] bool isTurned)
    {
        GraphBuilder g = Begin(out Value x, isConv ? [2, 3, 6, 6] : [5, 3]);
        Value w = g.Initializer("w", Numbers(1, isConv ? [4, 3, 3, 3] : isTurned ? [4, 3] : [3, 4]));
        Value? b = hasBias ? g.Initializer("b", Numbers(2, 4)) : null;
        Value product = isConv ? g.Node("Conv", [x, w, b]) : g.Gemm(x, w, b, transB: isTurned, alpha: 0.5f, beta: 2);
        g.Output(Normalised(g, product), "y");

        Graph result = Rewritten.By(g.Build(), FoldBatchNorm.Apply, 1e-5);

        Assert.That(result.Ops(), Is.EqualTo(new[] { isConv ? "Conv" : "Gemm", "Identity" }));
    }

    [Test]
    public void BatchNorm_AfterWeightsThatACallerGives_Stays()
    {
        GraphBuilder g = Begin(out Value x, 5, 3);
        g.Output(Normalised(g, g.Gemm(x, g.Input("w", TensorType.Of(DType.Float, 3, 4)))), "y");

        Assert.That(Rewritten.By(g.Build(), FoldBatchNorm.Apply).Ops(), Does.Contain("BatchNormalization"));
    }

    private static GraphBuilder Begin(out Value x, params int[] shape)
    {
        var g = new GraphBuilder("g");
        x = g.Input("x", TensorType.Of(DType.Float, [.. shape.Select(Dim.Of)]));
        return g;
    }

    private static Value Normalised(GraphBuilder g, Value x) => g.Node(
        "BatchNormalization",
        [x, g.Initializer("scale", Numbers(3, 4)), g.Initializer("shift", Numbers(4, 4)), g.Initializer("mean", Numbers(5, 4)), g.Initializer("var", Tensor.Vector(1f, 2, 3, 0.5f))]);

    private static Tensor Numbers(int salt, params int[] shape) =>
        Tensor.Of<float>(shape, [.. Cases.Sample.Real(shape, salt: salt).Span<double>().ToArray().Select(v => (float)v)]);
}
