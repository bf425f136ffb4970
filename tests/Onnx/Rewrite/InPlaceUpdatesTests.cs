using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Onnx.Rewrite;

internal sealed class InPlaceUpdatesTests
{
    private static readonly TensorType s_matrix = TensorType.Of(DType.Float, 3, 3);
    private static readonly StateBinding[] s_state = [new("w", "w.next", Tensor.Zeros(DType.Float, 3, 3))];

    [Test]
    public void Prove_EveryReaderIsAnAncestorOfTheWriter_IsInPlace()
    {
        Graph graph = Step((g, w, x, rate) => g.Sub(w, g.Mul(g.MatMul(x, w), rate)), isReadElsewhere: false);

        UpdateProof proof = InPlaceUpdates.Prove(graph, s_state).Single();

        Assert.That(proof.IsInPlace, proof.Why);
        Assert.That(proof.Writer, Does.Contain("(Sub)"));
        Assert.That(proof.Why, Is.EqualTo("its other reader comes before the writer, which reads it element by element"));
    }

    [Test]
    public void Prove_ReaderThatTheWriterDoesNotNeed_IsNamed()
    {
        Graph graph = Step((g, w, x, rate) => g.Sub(w, g.Mul(x, rate)), isReadElsewhere: true);

        UpdateProof proof = InPlaceUpdates.Prove(graph, s_state).Single();

        Assert.That(proof.IsInPlace, Is.False);
        Node reader = graph.Nodes.Single(n => n.OpType == "MatMul");
        Assert.That(proof.Unordered, Is.EqualTo(new[] { reader.Name }));
        Assert.That(proof.Why, Does.Contain(reader.Name));
    }

    [Test]
    public void Prove_TransposeBeforeTheWriterWhoseReaderIsNot_CountsTheReader()
    {
        var g = new GraphBuilder("moved");
        (Value w, Value x, Value rate) = Inputs(g);
        Value turned = g.Transpose(w, 1, 0);
        g.Output(g.MatMul(x, turned), "seen");
        g.Output(g.Sub(w, g.Mul(g.Mul(turned, x), rate)), "w.next");

        UpdateProof proof = InPlaceUpdates.Prove(g.Build(), s_state).Single();

        Assert.That(proof.IsInPlace, Is.False, "a runtime may let the product read the state itself");
        Assert.That(proof.Unordered, Has.Count.EqualTo(1).And.All.Contains("MatMul"));
    }

    [Test]
    public void Prove_WriterThatReadsItAcross_IsNotInPlace()
    {
        var g = new GraphBuilder("across");
        (Value w, _, Value rate) = Inputs(g);
        g.Output(g.Sub(w, g.Transpose(w, 1, 0)), "w.next");
        g.Output(g.Mul(rate, 2), "seen");

        UpdateProof proof = InPlaceUpdates.Prove(g.Build(), s_state).Single();

        Assert.That(proof.IsInPlace, Is.False);
        Assert.That(proof.Why, Is.EqualTo("the writer reads it, and not element by element"));
    }

    [Test]
    public void Prove_ProductOfTheStateItself_IsNotInPlace()
    {
        Graph graph = Step((g, w, x, rate) => g.MatMul(w, x), isReadElsewhere: false);

        Assert.That(InPlaceUpdates.Prove(graph, s_state).Single().IsInPlace, Is.False);
    }

    [Test]
    public void Prove_StateThatIsAnotherInput_IsNotInPlace()
    {
        var g = new GraphBuilder("taken");
        (Value w, Value x, _) = Inputs(g);
        g.Output(g.Node("Identity", [x]), "w.next");
        g.Output(g.Mul(w, 2), "seen");

        Assert.That(InPlaceUpdates.Prove(g.Build(), s_state).Single().Why, Does.Contain("no node computes"));
    }

    [Test]
    public void Order_ReaderThatTheWriterDoesNotNeed_ComesBeforeItAndChangesNoBit()
    {
        Graph graph = Step((g, w, x, rate) => g.Sub(w, g.Mul(x, rate)), isReadElsewhere: true);

        Graph ordered = Rewritten.By(graph, g => OrderUpdates.Apply(g, s_state, TypeInference.Of(g).Types));

        Assert.That(InPlaceUpdates.Prove(ordered, s_state).Single().IsInPlace);
        Assert.That(ordered.Nodes.Length, Is.EqualTo(graph.Nodes.Length + 4), "an element of the row of all, a condition, a choice");
    }

    [Test]
    public void Order_WriteThatFollowsFromNoScalar_IsLeftToTwoBuffers()
    {
        Graph graph = Step((g, w, x, rate) => g.Sub(w, x), isReadElsewhere: true);

        Graph ordered = OrderUpdates.Apply(graph, s_state, TypeInference.Of(graph).Types);

        Assert.That(ordered.Nodes, Is.EqualTo(graph.Nodes));
    }

    [Test]
    public void Order_ScalarThatTheReaderNeedsToo_MakesNoCycle()
    {
        var g = new GraphBuilder("shared");
        (Value w, Value x, Value rate) = Inputs(g);
        Value half = g.Mul(rate, 0.5);
        g.Output(g.MatMul(g.Mul(x, half), w), "seen");
        g.Output(g.Sub(w, g.Mul(x, half)), "w.next");

        Graph ordered = Rewritten.By(g.Build(), graph => OrderUpdates.Apply(graph, s_state, TypeInference.Of(graph).Types));

        Assert.That(InPlaceUpdates.Prove(ordered, s_state).Single().IsInPlace);
    }

    [TestCase("mlp")]
    [TestCase("resnet20")]
    [TestCase("lstm")]
    [TestCase("transformer")]
    public void Prove_LoweredStepOfTheBench_ReplacesEveryStateInPlace(string name)
    {
        TrainingGraphs graphs = StepCases.All.Single(c => c.Name == name).Build();
        IReadOnlyList<StateBinding> state = graphs.StepState();

        Model lowered = StepLowering.Apply(graphs.Step, (_, _) => true, state);

        Assert.That(InPlaceUpdates.Prove(lowered.Graph, state).Where(p => !p.IsInPlace).Select(p => $"{p.State}: {p.Why}"), Is.Empty);
        Assert.That(InPlaceUpdates.Prove(lowered.Graph, state), Has.Count.EqualTo(state.Count(s => s.Output.Length > 0)));
    }

    private static (Value State, Value Other, Value Rate) Inputs(GraphBuilder g) =>
        (g.Input("w", s_matrix), g.Input("x", s_matrix), g.Input("lr", TensorType.Of(DType.Float)));

    private static Graph Step(Func<GraphBuilder, Value, Value, Value, Value> update, bool isReadElsewhere)
    {
        var g = new GraphBuilder("step");
        (Value w, Value x, Value rate) = Inputs(g);
        if (isReadElsewhere)
        {
            g.Output(g.MatMul(x, w), "seen");
        }

        g.Output(update(g, w, x, rate), "w.next");
        return g.Build();
    }
}
