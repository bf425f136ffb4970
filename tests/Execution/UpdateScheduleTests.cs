using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Execution;

internal sealed class UpdateScheduleTests
{
    private static IEnumerable<Optimizer> Optimizers() => [Optimizer.Sgd(), Optimizer.Momentum(), Optimizer.Adam(weightDecay: 0.01f)];

    [TestCaseSource(nameof(Optimizers))]
    public void Order_TrainingStep_ReplacesStateAfterItsLastReader(Optimizer optimizer)
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 10, 4], 0.3f, optimizer);
        Graph step = PlanPasses.Apply(graphs.Step.Graph);
        HashSet<string> state = [.. graphs.StepState().Select(s => s.Input)];

        Node[] ordered = [.. UpdateSchedule.Order(step.Nodes, state)];

        Assert.That(ordered, Is.EquivalentTo(step.Nodes));
        HashSet<string> there = [.. step.Inputs.Select(i => i.Name), .. step.Initializers.Keys, ""];
        HashSet<string> replaced = [];
        foreach (Node node in ordered)
        {
            Assert.That(node.Inputs, Is.SubsetOf(there), $"{node.Name}: its inputs are computed");
            Assert.That(node.Inputs.Where(replaced.Contains), Is.Empty, $"{node.Name} reads what is replaced already");
            there.UnionWith(node.Outputs);
            if (node.Domain == Model.AnnealDomain)
            {
                replaced.UnionWith(OpTable.Get(node).InPlace.Select(p => node.Inputs[p.Input]).Where(state.Contains));
            }
        }

        Assert.That(replaced, Is.EquivalentTo(state));
    }

    [Test]
    public void Order_ReaderComesLater_WaitsForIt()
    {
        var g = new GraphBuilder("g");
        Value w = g.Input("w", TensorType.Of(Anneal.Onnx.Tensors.DType.Float, 3));
        Value gradient = g.Input("gradient", w.Type);
        Value rate = g.Input("lr", TensorType.Of(Anneal.Onnx.Tensors.DType.Float));
        g.Output(g.Node("SgdStep", [w, gradient, rate], Attributes.Of(("weight_decay", 0f)), Model.AnnealDomain), "w.next");
        g.Output(g.Mul(w, w), "square");

        IReadOnlyList<Node> ordered = UpdateSchedule.Order(g.Build().Nodes, new HashSet<string> { "w" });

        Assert.That(ordered.Select(n => n.OpType).Where(o => o != "Identity"), Is.EqualTo(new[] { "Mul", "SgdStep" }));
    }
}
