using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir;

public sealed class GraphCheckerTests
{
    [Test]
    public void Check_WholeGraph_Passes() => Assert.DoesNotThrow(() => GraphChecker.Check(AddRelu()));

    [Test]
    public void Check_BrokenStructure_NamesNodeAndValue() => Assert.Multiple(() =>
    {
        Assert.That(
            Message(Of(Node("a", "Relu", ["x"], ["h"]), Node("b", "Relu", ["x"], ["h"]), Node("c", "Relu", ["h"], ["y"]))),
            Is.EqualTo("graph 'g' → node 'b' (Relu) → value 'h' is defined twice"));
        Assert.That(
            Message(Of(Node("a", "Relu", ["x"], ["w"]), Node("c", "Relu", ["w"], ["y"]))),
            Is.EqualTo("graph 'g' → node 'a' (Relu) → value 'w' is defined twice"));
        Assert.That(
            Message(Of(Node("a", "Relu", ["q"], ["y"]))),
            Is.EqualTo("graph 'g' → node 'a' (Relu) → input 'q' is defined nowhere"));
        Assert.That(
            Message(Of(Node("a", "Add", ["x", "k"], ["h"]), Node("b", "Relu", ["h"], ["k"]), Node("c", "Relu", ["k"], ["y"]))),
            Is.EqualTo("graph 'g' → node 'a' (Add) → the node is part of a cycle, by input 'k' from node 'b'"));
        Assert.That(
            Message(Of(Node("b", "Relu", ["h"], ["y"]), Node("a", "Relu", ["x"], ["h"]))),
            Is.EqualTo("graph 'g' → node 'b' (Relu) → input 'h' is computed later, by node 'a'. hint: nodes must stand in execution order"));
        Assert.That(
            Message(Of(Node("a", "Relu", ["x"], ["h"]), Node("a", "Relu", ["h"], ["y"]))),
            Is.EqualTo("graph 'g' → node 'a' (Relu) → another node has that name"));
        Assert.That(Message(Of(Node("", "Relu", ["x"], ["y"]))), Is.EqualTo("graph 'g' → node '' (Relu) → the node has no name"));
        Assert.That(Message(Of(Node("a", "Relu", ["x"], ["h"]))), Is.EqualTo("graph 'g' → output 'y' is computed by no node"));
        Graph graph = AddRelu();
        Assert.That(Message(graph with { Inputs = [graph.Inputs[0], graph.Inputs[0]] }), Is.EqualTo("graph 'g' → input 'x' is there twice"));
    });

    [Test]
    public void Check_NodeThatDoesNotFitItsOp_NamesItWithItsOrigin()
    {
        Node node = Node("a", "Relu", ["x", "x"], ["y"]) with { Origin = new Origin("p.yaml", 3, 7, "model.layers[0]") };

        Assert.That(Message(Of(node)), Is.EqualTo("p.yaml:3:7 model.layers[0] → node 'a' (Relu) → 2 inputs given, at most 1 expected"));
    }

    [Test]
    public void Check_DeclaredTypeThatContradicts_NamesBoth()
    {
        Graph graph = AddRelu();
        Assert.Multiple(() =>
        {
            Assert.That(
                Message(graph with { Outputs = [new ValueInfo("y", TensorType.Of(DType.Float, Dim.Of("N"), 3))] }),
                Is.EqualTo("output 'y' is declared float[N,3], but computed as float[N,2]"));
            Assert.That(
                Message(graph with { Outputs = [new ValueInfo("y", TensorType.Of(DType.Double, Dim.Of("N"), 2))] }),
                Is.EqualTo("output 'y' is declared double[N,2], but computed as float[N,2]"));
            Assert.That(
                Message(graph with { Values = Graph.NoValues.Add("h", TensorType.Of(DType.Float, 2)) }),
                Is.EqualTo("value 'h' is declared float[2], but computed as float[N,2]"));
            Assert.That(
                () => GraphChecker.Check(graph with { Outputs = [new ValueInfo("y", TensorType.Of(DType.Float, Dim.Unknown, Dim.Of("K")))] }), Throws.Nothing);
        });
    }

    [Test]
    public void Check_FunctionsThatCallThemselves_AreRefused()
    {
        Model model = Model(
            Of(Node("call", "F", ["x"], ["y"], domain: "test")),
            Function("F", ["a"], ["b"], Node("n", "G", ["a"], ["b"], domain: "test")),
            Function("G", ["a"], ["b"], Node("n", "F", ["a"], ["b"], domain: "test")));

        Assert.That(Message(model), Is.EqualTo("functions call themselves: 'test.F' → 'test.G' → 'test.F'"));
    }

    [Test]
    public void Check_FunctionWithACycle_IsRefused()
    {
        Function function = Function("F", ["a"], ["b"], Node("n", "Add", ["a", "c"], ["b"]), Node("m", "Relu", ["b"], ["c"]));

        Assert.That(
            Message(Model(Of(Node("call", "F", ["x"], ["y"], domain: "test")), function)),
            Is.EqualTo("function 'test.F' → node 'n' (Add) → the node is part of a cycle, by input 'c' from node 'm'"));
    }

    [Test]
    public void Check_DomainThatIsNotImported_IsRefused() => Assert.That(
        Message(Model(AddRelu()) with { Opsets = Opsets(("test", 1)) }),
        Is.EqualTo("node 'add' (Add) → domain '' is not imported"));

    [Test]
    public void Check_TrainingBindings_MustNameInitializersAndOutputs()
    {
        Graph step = Step();
        Assert.Multiple(() =>
        {
            Assert.That(() => GraphChecker.Check(Training(step, ("w", "w2"))), Throws.Nothing);
            Assert.That(Message(Training(step, ("v", "w2"))), Is.EqualTo("training_info 0 → update_binding → there is no initializer 'v'"));
            Assert.That(Message(Training(step, ("w", "q"))), Is.EqualTo("training_info 0 → update_binding → graph 'step' has no output 'q'"));
            Assert.That(
                Message(Training(Step(TensorType.Of(DType.Float, 2, 2)), ("w", "w2"))),
                Is.EqualTo("training_info 0 → output 'w2' is declared float[2,2], but computed as float[1,2]"));
        });
    }

    private static Model Training(Graph step, (string, string) binding) =>
        Model(AddRelu()) with { Training = [new TrainingInfo(null, Anneal.Onnx.Ir.Model.NoMetadata, step, Entries(binding))] };

    private static string Message(Graph graph) => Assert.Throws<AnnealException>(() => GraphChecker.Check(graph))!.Message;

    private static string Message(Model model) => Assert.Throws<AnnealException>(() => GraphChecker.Check(model))!.Message;
}
