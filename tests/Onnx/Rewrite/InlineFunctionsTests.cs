using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class InlineFunctionsTests
{
    [Test]
    public void Apply_NestedCalls_ComputeTheSame()
    {
        Model model = Model(
            Of(Node("one", "Four", ["x"], ["h"], domain: "test"), Node("two", "Four", ["h"], ["y"], domain: "test")),
            Function("Two", ["a"], ["b"], Node("n", "Add", ["a", "a"], ["b"])),
            Function("Four", ["a"], ["b"], Node("m", "Two", ["a"], ["t"], domain: "test"), Node("n", "Two", ["t"], ["b"], domain: "test")));

        Graph graph = InlineFunctions.Apply(model).Graph;

        GraphChecker.Check(graph);
        Assert.That(graph.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "one/m/n", "one/n/n", "two/m/n", "two/n/n" }));
        Assert.That(graph.Nodes.Select(n => n.Outputs[0]), Is.EqualTo(new[] { "one/t", "h", "two/t", "y" }));
        Assert.That(Run(graph, 1, -3), Is.EqualTo(new float[] { 16, -48 }));
    }

    [Test]
    public void Apply_OutputsThatAreInputsOrTheSame_AreCopied()
    {
        Model model = Model(
            Of(Node("call", "F", ["x"], ["p", "q", "r"], domain: "test"), Node("a", "Add", ["p", "q"], ["s"]), Node("b", "Add", ["r", "s"], ["y"])),
            Function("F", ["a"], ["a", "t", "t"], Node("n", "Add", ["a", "a"], ["t"])));

        Graph graph = InlineFunctions.Apply(model).Graph;

        GraphChecker.Check(graph);
        Assert.That(Run(graph, 1, -3), Is.EqualTo(new float[] { 5, -15 }));
    }

    [Test]
    public void Apply_NamesThatAreTaken_AreChanged()
    {
        Model model = Model(
            Of(Node("call/n", "Relu", ["x"], ["call/t"]), Node("call", "F", ["call/t"], ["y"], domain: "test")),
            Function("F", ["x"], ["y"], Node("n", "Relu", ["x"], ["t"]), Node("m", "Relu", ["t"], ["y"])));

        Graph graph = InlineFunctions.Apply(model).Graph;

        GraphChecker.Check(graph);
        Assert.That(graph.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "call/n", "call/n_1", "call/m" }));
    }

    [Test]
    public void Apply_AttributeReferences_TakeTheCallsValueThenTheDefault()
    {
        Attributes inner = Attributes.Of(
            ("p", new AttributeValue.Reference("given", typeof(AttributeValue.Int))),
            ("q", new AttributeValue.Reference("defaulted", typeof(AttributeValue.Int))),
            ("r", new AttributeValue.Reference("replaced", typeof(AttributeValue.Int))),
            ("s", new AttributeValue.Reference("absent", typeof(AttributeValue.Int))));
        Function function = Function("F", ["a"], ["b"], Node("n", "Relu", ["a"], ["b"], inner)) with
        {
            Attributes = ["given"],
            Defaults = Attributes.Of(("defaulted", 2L), ("replaced", 3L)),
        };
        Node call = Node("call", "F", ["x"], ["y"], Attributes.Of(("given", 1L), ("replaced", 4L)), "test");

        Node node = InlineFunctions.Apply(Model(Of(call), function)).Graph.Nodes.Single();

        Assert.That(node.Attributes.Select(a => $"{a.Key}={GraphPrinter.Print(a.Value)}"), Is.EqualTo(new[] { "p=1", "q=2", "r=4" }));
    }

    [Test]
    public void Apply_CallThatDoesNotFit_IsRefused()
    {
        Attributes reference = Attributes.Of(("p", new AttributeValue.Reference("k", typeof(AttributeValue.Int))));
        Function function = Function("F", ["a"], ["b"], Node("n", "Relu", ["a"], ["b"], reference)) with
        {
            Attributes = ["k"],
        };
        Assert.Multiple(() =>
        {
            Assert.That(Message(Attributes.None), Is.EqualTo("node 'call' (F) → attribute 'k' is missing"));
            Assert.That(Message(Attributes.Of(("k", 1L), ("z", 1L))), Is.EqualTo("node 'call' (F) → attribute 'z' is not known"));
            Assert.That(Message(Attributes.Of(("k", "text"))), Is.EqualTo("node 'call' (F) → attribute 'k' is of kind String, expected Int"));
            Assert.That(Message(Attributes.Of(("k", 1L)), "x", "x"), Is.EqualTo("node 'call' (F) → 2 inputs and 1 outputs, expected at most 1 and 1"));
        });

        string Message(Attributes attributes, params string[] inputs) => Assert.Throws<AnnealException>(() => InlineFunctions.Apply(
            Model(Of(Node("call", "F", inputs.Length == 0 ? ["x"] : inputs, ["y"], attributes, "test")), function)))!.Message;
    }

    [Test]
    public void Apply_FunctionsThatDoubleAtEachLevel_StopAtALimit()
    {
        Function[] functions = [.. Enumerable.Range(0, 30).Select(i => Function(
            $"F{i}",
            ["a"],
            ["b"],
            Node("m", i == 29 ? "Relu" : $"F{i + 1}", ["a"], ["t"], domain: i == 29 ? "" : "test"),
            Node("n", i == 29 ? "Relu" : $"F{i + 1}", ["t"], ["b"], domain: i == 29 ? "" : "test")))];

        Model model = Model(Of(Node("call", "F0", ["x"], ["y"], domain: "test")), functions);
        AnnealException error = Assert.Throws<AnnealException>(() => InlineFunctions.Apply(model))!;

        Assert.That(error.Message, Does.StartWith("function 'test.F13' expands to more than 100000 nodes. hint: docs/untrusted.md"));
    }

    [Test]
    public void Apply_FunctionsNestedVeryDeep_AreRefused()
    {
        Function[] functions = [.. Enumerable.Range(0, 20_000)
            .Select(i => Function($"F{i}", ["a"], ["b"], Node("n", $"F{i + 1}", ["a"], ["b"], domain: "test")))];

        Model model = Model(Of(Node("call", "F0", ["x"], ["y"], domain: "test")), functions);
        AnnealException error = Assert.Throws<AnnealException>(() => InlineFunctions.Apply(model))!;

        Assert.That(error.Message, Does.StartWith("function calls are nested more than 64 deep"));
    }

    private static float[] Run(Graph graph, params float[] x)
    {
        var values = new Dictionary<string, Tensor?> { ["x"] = Tensor.Of<float>([1, 2], x) };
        foreach (Node node in graph.Nodes)
        {
            values[node.Outputs[0]] = Evaluator.Run(node, [.. node.Inputs.Select(i => values[i])])[0];
        }

        return values["y"]!.Span<float>().ToArray();
    }
}
