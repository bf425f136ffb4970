using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Golden;

/// <summary>From the same weights and batches a step computes what PyTorch computes: a run's first losses, the first step's gradients.</summary>
internal sealed class GoldenTests
{
    private const int FirstSteps = 5;
    private const int FirstStepsOfMany = 2;
    private const double FirstTolerance = 1e-5;
    private const double DoubleTolerance = 1e-6;
    private const double GradientTolerance = 1e-5;

    private static IEnumerable<TestCaseData> Trajectories() =>
        from name in GoldenCase.Files()
        from run in GoldenCase.Read(name).Runs
        select new TestCaseData(name, run.Optimizer).SetArgDisplayNames(name, run.Optimizer);

    [Test]
    public void Networks_OfTheFiles_AreThere() => Assert.That(GoldenNetworks.Names, Is.EqualTo(GoldenCase.Files()));

    [TestCaseSource(nameof(Trajectories))]
    public void Losses_OnSimd_EqualPyTorchs(string name, string optimizer)
    {
        using var runner = new SimdRunner(2);
        GoldenCase golden = GoldenCase.Read(name);
        Follow(runner, golden, optimizer, isDouble: false, step => ToleranceOf(golden, step));
    }

    [TestCaseSource(nameof(Trajectories))]
    public void Losses_InDouble_EqualPyTorchs(string name, string optimizer)
    {
        using var runner = new SimdRunner(2);
        Follow(runner, GoldenCase.Read(name), optimizer, isDouble: true, _ => DoubleTolerance);
    }

    [TestCase("tabular", "sgd")]
    [TestCase("tabular", "adam")]
    public void Losses_InOnnxRuntime_EqualPyTorchs(string name, string optimizer) =>
        Follow(new OrtRunner(new OrtOptions { Threads = 1 }), GoldenCase.Read(name), optimizer, isDouble: false, _ => FirstTolerance);

    [TestCaseSource(nameof(Trajectories))]
    public void Gradients_OfFirstStep_EqualPyTorchs(string name, string optimizer)
    {
        GoldenCase golden = GoldenCase.Read(name);
        TrainingGraphs graphs = golden.Build(GoldenRun.Optimizers[optimizer]);
        using var runner = new SimdRunner(2);
        using IGraphSession session = runner.Open(WithGradients(graphs), graphs.StepState());
        Begin(session, golden, graphs, t => t);

        Dictionary<string, Tensor> fetched = Step(session, golden, 1, rate: 0, t => t);

        for (int i = 0; i < golden.Tensors.Count; i++)
        {
            Tensor gradient = fetched[Gradient(graphs, golden.Tensors[i].Name)];
            Assert.That(gradient.Shape.ToArray(), Is.EqualTo(golden.Tensors[i].Shape));
            Check(golden.Tensors[i], Cases.Compare.Doubles(gradient), golden.Places(i, gradient.Length));
        }
    }

    // ResNet-20's loss halves in the first step and a few of its twelve million Relus stand at their kinks: what differs in the last bits grows manyfold from the third on. In double it does not.
    private static double ToleranceOf(GoldenCase golden, int step) => step <= (golden.Case == "resnet20" ? FirstStepsOfMany : FirstSteps) ? FirstTolerance : golden.Tolerance;

    private static void Follow(IGraphRunner runner, GoldenCase golden, string optimizer, bool isDouble, Func<int, double> tolerance)
    {
        GoldenRun run = golden.Runs.Single(r => r.Optimizer == optimizer);
        TrainingGraphs graphs = golden.Build(GoldenRun.Optimizers[optimizer]);
        Func<Tensor, Tensor> convert = isDouble ? DoublePrecision.Of : t => t;
        StateBinding[] state = [.. graphs.StepState().Select(s => s with { Initial = convert(s.Initial) })];
        using IGraphSession session = runner.Open(isDouble ? DoublePrecision.Apply(graphs.Step) : graphs.Step, state);
        Begin(session, golden, graphs, convert);
        for (int step = 1; step <= run.Losses.Count; step++)
        {
            double loss = Cases.Compare.Doubles(Step(session, golden, step, run.Rate, convert)["loss"])[0];
            double expected = run.Losses[step - 1];
            Assert.That(loss, Is.EqualTo(expected).Within(tolerance(step) * expected), string.Create(CultureInfo.InvariantCulture, $"step {step}"));
        }
    }

    private static void Begin(IGraphSession session, GoldenCase golden, TrainingGraphs graphs, Func<Tensor, Tensor> convert)
    {
        Assert.That(Trained(graphs).Select(p => p.Name), Is.EqualTo(golden.Tensors.Select(t => t.Name)));
        for (int i = 0; i < golden.Tensors.Count; i++)
        {
            session.WriteState(golden.Tensors[i].Name, convert(golden.Parameter(i)));
        }
    }

    private static Dictionary<string, Tensor> Step(IGraphSession session, GoldenCase golden, int step, float rate, Func<Tensor, Tensor> convert)
    {
        var fetched = new Tensor?[session.Fetches.Count];
        session.Run([.. session.Feeds.Select(f => convert(golden.Feed(f.Name, step, rate)))], fetched);
        return session.Fetches.Select((f, i) => KeyValuePair.Create(f.Name, fetched[i]!)).ToDictionary(StringComparer.Ordinal);
    }

    // The step itself with the gradients among its outputs, so that it is the step's own plan that computes them.
    private static Model WithGradients(TrainingGraphs graphs)
    {
        IEnumerable<ValueInfo> gradients = Trained(graphs).Select(p => new ValueInfo(Gradient(graphs, p.Name), TensorType.Of(p.Initial)));
        Graph step = graphs.Step.Graph;
        return graphs.Step with { Graph = step with { Outputs = [.. step.Outputs, .. gradients] } };
    }

    private static IEnumerable<Parameter> Trained(TrainingGraphs graphs) => graphs.Parameters.Where(p => p.IsTrained);

    private static string Gradient(TrainingGraphs graphs, string parameter) =>
        graphs.Step.Graph.Nodes.Single(n => n.OpType == ((Trainer.Optimizers.UpdateRule)graphs.Optimizer).Op && n.Inputs[0] == parameter).Inputs[1];

    private static void Check(GoldenTensor golden, double[] gradient, int[] places)
    {
        Near(gradient.Max(Math.Abs), golden.MaxAbs, golden.MaxAbs, "largest magnitude");
        Near(gradient.Sum(v => v * v), golden.SumOfSquares, 2 * golden.SumOfSquares, "sum of squares");

        // √(n·Σg²) bounds Σ|g|.
        Near(gradient.Sum(), golden.Sum, Math.Sqrt(gradient.Length * golden.SumOfSquares), "sum");
        for (int i = 0; i < places.Length; i++)
        {
            Near(gradient[places[i]], golden.Samples[i], golden.MaxAbs, string.Create(CultureInfo.InvariantCulture, $"element {places[i]}"));
        }

        void Near(double actual, double expected, double magnitude, string what) =>
            Assert.That(actual, Is.EqualTo(expected).Within(GradientTolerance * magnitude), $"{golden.Name}: {what}");
    }
}
