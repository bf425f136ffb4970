using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class PassTests
{
    [Test]
    public void DeadNodes_WhatNoOutputNeeds_Goes()
    {
        Graph graph = Of(
            Node("live", "Relu", ["x"], ["y"]),
            Node("dead", "Add", ["x", "w"], ["d"]),
            Node("deader", "Relu", ["d"], ["e"])) with
        {
            Values = Graph.NoValues.Add("d", TensorType.Of(DType.Float, 1, 2)),
        };

        Graph result = DeadNodes.Apply(graph);

        Assert.That(result.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "live" }));
        Assert.That(result.Initializers, Is.Empty);
        Assert.That(result.Values, Is.Empty);
        Assert.That(result.Inputs, Is.EqualTo(graph.Inputs));
    }

    [Test]
    public void DeadNodes_OptionalOutputThatNothingNeeds_LeavesTheListOfAStandardOp()
    {
        var g = new GraphBuilder("pool");
        Value x = g.Input("x", TensorType.Of(DType.Float, 1, 1, 4, 4));
        g.Output(g.Node("MaxPool", [x], 2, Attributes.Of(("kernel_shape", new long[] { 2, 2 })))[0], "y");
        Node pool = DeadNodes.Apply(g.Build()).Nodes.Single(n => n.OpType == "MaxPool");
        Assert.That(pool.Outputs, Has.Length.EqualTo(1));
    }

    [Test]
    public void DeadNodes_WhatASubgraphTakesFromOutside_Stays()
    {
        Graph inner = new("inner", [], [new ValueInfo("z", new TensorType(DType.Undefined, null))], Graph.NoInitializers, [Node("n", "Relu", ["h"], ["z"])], Graph.NoValues);
        Graph graph = Of(Node("h", "Relu", ["x"], ["h"]), Node("if", "Relu", ["x"], ["y"], Attributes.Of(("g", new AttributeValue.GraphValue(inner)))));

        Assert.That(DeadNodes.Apply(graph).Nodes, Has.Length.EqualTo(2));
    }

    [Test]
    public void ConstantFolding_WhatHangsOnConstantsAlone_IsComputed()
    {
        Graph graph = Of(Node("c", "Add", ["w", "w"], ["ww"]), Node("d", "Relu", ["ww"], ["r"]), Node("e", "Add", ["x", "r"], ["y"])) with
        {
            Values = Graph.NoValues.Add("r", TensorType.Of(DType.Float, 1, 2)),
        };

        Graph result = ConstantFolding.Apply(graph);

        Assert.That(result.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "e" }));
        Assert.That(result.Initializers["r"].Span<float>().ToArray(), Is.EqualTo(new float[] { 2, 0 }));
        Assert.That(result.Values, Is.Empty);
        GraphChecker.Check(result);
    }

    [Test]
    public void ConstantFolding_LargeResults_AreComputedUnlessTheyGrow()
    {
        Graph graph = Of(Node("c", "Relu", ["big"], ["same"]), Node("d", "Add", ["column", "row"], ["grown"]), Node("e", "Add", ["same", "grown"], ["y"])) with
        {
            Initializers = Graph.NoInitializers
                .Add("big", Tensor.Zeros(DType.Float, 100, 100))
                .Add("column", Tensor.Zeros(DType.Float, 100, 1))
                .Add("row", Tensor.Zeros(DType.Float, 1, 100)),
            Outputs = [new ValueInfo("y", TensorType.Of(DType.Float, 100, 100))],
        };

        Assert.That(ConstantFolding.Apply(graph).Nodes.Select(n => n.Name), Is.EqualTo(new[] { "d", "e" }));
    }

    [Test]
    public void ConstantFolding_InitializerThatACallerMayReplace_StaysOpen()
    {
        Graph graph = Of(Node("c", "Relu", ["w"], ["r"]), Node("e", "Add", ["x", "r"], ["y"]));
        graph = graph with { Inputs = graph.Inputs.Add(new ValueInfo("w", TensorType.Of(DType.Float, 1, 2))) };

        Graph result = ConstantFolding.Apply(graph);

        Assert.That(result.Nodes, Has.Length.EqualTo(2));
        Assert.That(result.Initializers.Keys, Is.EqualTo(new[] { "w" }));
    }

    [Test]
    public void CommonSubexpressions_EqualNodes_BecomeOne()
    {
        Graph graph = Of(
            Node("a", "Relu", ["x"], ["p"]),
            Node("b", "Relu", ["x"], ["q"]),
            Node("c", "Relu", ["p"], ["r"]),
            Node("d", "Relu", ["q"], ["s"]),
            Node("e", "Relu", ["x"], ["t"], Attributes.Of(("k", 1L))),
            Node("f", "Add", ["r", "s"], ["u"]),
            Node("g", "Add", ["u", "t"], ["y"]));

        Graph result = CommonSubexpressions.Apply(graph);

        Assert.That(result.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "a", "c", "e", "f", "g" }));
        Assert.That(result.Nodes[3].Inputs, Is.EqualTo(new[] { "r", "r" }));
    }

    [Test]
    public void CommonSubexpressions_RandomNodesAndOutputs_StayApart()
    {
        Graph graph = Of(
            Node("a", "Dropout", ["x"], ["p"]),
            Node("b", "Dropout", ["x"], ["q"]),
            Node("c", "Add", ["p", "q"], ["z"]),
            Node("d", "Add", ["p", "q"], ["y"]));

        Assert.That(CommonSubexpressions.Apply(graph).Nodes, Has.Length.EqualTo(4));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void FuseNormSum_SumOfBranches_IsJoinedWhereTheirShapesAreOne(bool isOneShape)
    {
        Attributes attributes = Attributes.Of(("epsilon", 1e-3f), ("momentum", 0.9f));
        Graph graph = Of(
            Node("norm", "BatchNormTrain", ["x", "ones", "ones", "ones", "ones"], ["n", "", "", "m", "i"], attributes, Anneal.Onnx.Ir.Model.AnnealDomain),
            Node("sum", "Add", [isOneShape ? "x" : "w", "n"], ["h"]),
            Node("relu", "Relu", ["h"], ["r"]),
            Node("gate", "ReluGrad", ["x", "r"], ["d"], domain: Anneal.Onnx.Ir.Model.AnnealDomain),
            Node("back", "BatchNormGrad", ["d", "x", "ones", "m", "i"], ["dx", "ds", "db"], domain: Anneal.Onnx.Ir.Model.AnnealDomain),
            Node("rest", "Add", ["dx", "d"], ["y"])) with
        {
            Initializers = Graph.NoInitializers.Add("w", Tensor.Of<float>([1, 2], [1, -2])).Add("ones", Tensor.Of<float>([2], [1, 1])),
        };

        Graph result = FuseNormSum.Apply(graph);

        GraphChecker.Check(result);
        Assert.That(
            result.Nodes.Select(n => n.OpType),
            Is.EqualTo(isOneShape ? ["BatchNormTrainAddRelu", "BatchNormAddReluGrad", "Add"] : graph.Nodes.Select(n => n.OpType)));
        if (isOneShape)
        {
            Assert.That(result.Nodes[0].Inputs[^1], Is.EqualTo("x"));
            Assert.That(result.Nodes[1].Inputs, Is.EqualTo(new[] { "x", "x", "ones", "m", "i", "r" }));
            Assert.That(result.Nodes[1].Outputs, Is.EqualTo(new[] { "dx", "ds", "db", "d" }));
        }
    }

    [Test]
    public void PassPipeline_PassThatBreaksTheGraph_IsNamed()
    {
        var passes = new PassPipeline(("DeadNodes", DeadNodes.Apply), ("Break", g => g with { Nodes = [] }));

        Assert.That(passes.Names, Is.EqualTo(new[] { "DeadNodes", "Break" }));
        Assert.That(
            Assert.Throws<AnnealException>(() => passes.Run(AddRelu()))!.Message,
            Is.EqualTo("after pass Break → graph 'g' → output 'y' is computed by no node"));
    }

    [Test]
    public void PassPipeline_AllPasses_KeepAWholeGraphAsItIs()
    {
        var passes = new PassPipeline(
            ("ConstantFolding", ConstantFolding.Apply), ("CommonSubexpressions", CommonSubexpressions.Apply), ("DeadNodes", DeadNodes.Apply));

        Assert.That(GraphPrinter.Print(passes.Run(AddRelu())), Is.EqualTo(GraphPrinter.Print(AddRelu())));
    }
}
