using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class FusePointwiseTests
{
    private const int Rows = 90;
    private const int Columns = 200;

    [Test]
    public void Apply_ATreeOfOneShape_IsOneNodeOfTheSameBits()
    {
        (GraphBuilder g, Value x, Value row) = Begin(Rows);
        Value a = g.Add(x, row);
        Value t = g.Node("Tanh", [g.Node("Softplus", [a])]);
        g.Output(g.Mul(g.Where(g.Greater(t, g.Scalar(0.5, DType.Float)), t, a), 0.25), "y");

        Graph result = Rewritten.By(g.Build(), FusePointwise.Apply);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "Pointwise", "Identity" }));
        Assert.That(result.Nodes[0].Inputs, Is.EquivalentTo(new[] { "x", "row" }.Concat(result.Initializers.Keys)));
    }

    [Test]
    public void Apply_ValueThatOthersRead_IsNotTakenIn()
    {
        (GraphBuilder g, Value x, _) = Begin(Rows);
        Value shared = g.Exp(x);
        g.Output(g.ReduceSum(shared, keepDims: false, 1), "sum");
        g.Output(g.Neg(g.Node("Sqrt", [shared])), "y");

        Graph result = Rewritten.By(g.Build(), FusePointwise.Apply);

        Assert.That(result.Ops(), Does.Contain("Exp").And.Contain("Pointwise").And.Not.Contain("Sqrt"));
    }

    [Test]
    public void Apply_WorkOnARowThatIsBroadcast_StaysOutside()
    {
        (GraphBuilder g, Value x, Value row) = Begin(Rows);
        g.Output(g.Node("Sigmoid", [g.Mul(x, g.Exp(row))]), "y");

        Assert.That(Rewritten.By(g.Build(), FusePointwise.Apply).Ops(), Is.EqualTo(new[] { "Exp", "Pointwise", "Identity" }));
    }

    [Test]
    public void Apply_WhatFitsTheCacheOrHasNoKnownSize_StaysAsItIs()
    {
        (GraphBuilder small, Value x, Value row) = Begin(3);
        small.Output(small.Exp(small.Add(x, row)), "y");
        Assert.That(Rewritten.By(small.Build(), FusePointwise.Apply).Ops(), Does.Not.Contain("Pointwise"));

        var open = new GraphBuilder("g");
        open.Output(open.Exp(open.Neg(open.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 5000)))), "y");
        Assert.That(FusePointwise.Apply(open.Build()).Ops(), Does.Not.Contain("Pointwise"));
    }

    private static (GraphBuilder Graph, Value X, Value Row) Begin(int rows)
    {
        var g = new GraphBuilder("g");
        return (g, g.Input("x", TensorType.Of(DType.Float, rows, Columns)), g.Input("row", TensorType.Of(DType.Float, Columns)));
    }
}
