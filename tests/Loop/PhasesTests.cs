using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;

namespace Anneal.Tests.Loop;

/// <summary>Phases, and optimizers that are no update in the graph, through the one loop.</summary>
internal sealed class PhasesTests
{
    private static readonly Phase s_finish = new(Networks.Mlp(8, [16, 3], 0.2f, Optimizer.Sgd(), seed: 8), 1, 1, new Schedule.Constant(0.001f));
    private static readonly Phase s_newton = new(Networks.Mlp(8, [16, 3], 0, new Lbfgs(), seed: 9), int.MaxValue, 4, new Schedule.Constant(1));

    // In the first phase, at its end, in the second, at its end, in the third.
    [TestCase(3)]
    [TestCase(14)]
    [TestCase(100)]
    [TestCase(214)]
    [TestCase(216)]
    public void Run_InterruptedInAnyPhase_SameBytes(int stopAfter)
    {
        using var problem = new Trained();
        LoopOptions options = Trained.Options(2) with { Later = [s_finish, s_newton], CheckpointEvery = 2 };

        ContinuesToTheSame(problem, options, stopAfter, steps: 14 + 200 + 4);
    }

    [TestCase(2)]
    [TestCase(9)]
    public void Run_InterruptedWhileAccumulating_SameBytes(int stopAfter)
    {
        using var problem = new Trained(0.2f, new UpdateSettings(Optimizer.Adam()) { Accumulate = 3 });

        ContinuesToTheSame(problem, Trained.Options(4), stopAfter, steps: 4 * 3);
    }

    private static readonly UpdateRule[] s_rules =
    [
        Optimizer.Sgd(0.01f), .. Enum.GetValues<MomentumForm>().Select(form => Optimizer.Momentum(0.9f, 0.01f, form)), Optimizer.Adagrad(), Optimizer.Rmsprop(momentum: 0.5f, centered: true),
        Optimizer.Adam(), Optimizer.Adam(correctsBias: false), Optimizer.AdamW(), Optimizer.Nadam(), Optimizer.Lion(),
    ];

    // In the middle of an epoch: all that a rule keeps is in the checkpoint.
    [TestCaseSource(nameof(s_rules))]
    public void Run_EachRuleInterrupted_SameBytes(UpdateRule rule)
    {
        using var problem = new Trained(0.2f, rule);

        ContinuesToTheSame(problem, Trained.Options(2, 0.003f), stopAfter: 10, steps: 14);
    }

    // Products that are fused with their update are steps of the same rules.
    [Test]
    public void Rules_OfTheTable_AreAllInterrupted() => Assert.That(
        s_rules.Select(r => r.Op).Distinct(),
        Is.EquivalentTo(OpTable.All.Select(op => op.GetType().Name).Where(n => n.EndsWith("Step", StringComparison.Ordinal) && !n.StartsWith("Gemm", StringComparison.Ordinal))));

    [TestCase(1)]
    [TestCase(3)]
    public void Run_GeneticInterrupted_SameBytes(int stopAfter)
    {
        using var problem = new Trained(0, new Genetic(Population: 12));

        ContinuesToTheSame(problem, Trained.Options(5, 0.1f) with { Batch = int.MaxValue }, stopAfter, steps: 5);
    }

    [Test]
    public void Run_PlateauInterrupted_SameBytesAndTheRateFalls()
    {
        using var problem = new Trained();
        LoopOptions options = Trained.Options(6) with { Schedule = new Schedule.ReduceOnPlateau(0.01f, new PlateauRule(Metrics.Loss, false, 0.5, 1, MinDelta: 1)) };

        LoopOutcome whole = ContinuesToTheSame(problem, options, 30, steps: 42);

        Assert.That(whole.State.History.Select(e => e.Rate), Is.EqualTo(new[] { 0.01f, 0.01f, 0.005f, 0.0025f, 0.00125f, 0.000625f }).Within(1e-9));
    }

    [Test]
    public void Run_Phases_EachHasItsBatchesAndItsOwnSteps()
    {
        using var problem = new Trained();
        var trace = new LoopTrace();

        problem.Run(Trained.Options(2) with { Later = [s_finish, s_newton] }, problem.Store("a"), trace);

        Assert.That(trace.Steps.Select(s => s.Rows).Take(14), Is.EqualTo(new[] { 32, 32, 32, 32, 32, 32, 8, 32, 32, 32, 32, 32, 32, 8 }));
        Assert.That(trace.Steps.Skip(14).Take(200).Select(s => (s.Rows, s.Rate)), Is.All.EqualTo((1, 0.001f)));
        Assert.That(trace.Steps.Skip(214).Select(s => s.Rows), Is.EqualTo(new[] { 200, 200, 200, 200 }));
        Assert.That(trace.Events.OfType<LoopEvent.PhaseBegun>().Select(e => (e.Phase, e.StepsPerEpoch)), Is.EqualTo(new[] { (2, 200), (3, 1) }));
    }

    // Without dropout the mean gradient of four batches is that of their rows at once, but for rounding of sums in another order.
    [Test]
    public void Run_Accumulating_IsTheLargerBatch()
    {
        using var large = new Trained(0, Optimizer.Momentum());
        using var small = new Trained(0, new UpdateSettings(Optimizer.Momentum()) { Accumulate = 4 });

        LoopOutcome expected = large.Run(Trained.Options(3) with { Batch = 64 }, large.Store("a"));
        LoopOutcome outcome = small.Run(Trained.Options(3) with { Batch = 16 }, small.Store("a"));

        Assert.That(outcome.State.Step, Is.EqualTo(expected.State.Step));
        Assert.That(outcome.State.History[^1].Train[Metrics.Loss], Is.EqualTo(expected.State.History[^1].Train[Metrics.Loss]).Within(1e-5));
        foreach ((string name, Tensor tensor) in expected.Parameters)
        {
            Compare.Close(outcome.Parameters[name], tensor, 1e-5, name);
        }
    }

    [Test]
    public void Run_BothFormsOfNesterov_GiveTheSameLossesWhereTheyLook()
    {
        using var ahead = new Trained(0, Optimizer.Momentum(0.9f, 0.01f, MomentumForm.LookAhead));
        using var rewritten = new Trained(0, Optimizer.Momentum(0.9f, 0.01f, MomentumForm.Nesterov));
        var first = new LoopTrace();
        var second = new LoopTrace();

        ahead.Run(Trained.Options(3), ahead.Store("a"), first);
        rewritten.Run(Trained.Options(3), rewritten.Store("a"), second);

        // Both take loss and gradient at the weights looked ahead to; sums are rounded to floats.
        Assert.That(first.Steps.Select(s => s.Loss), Is.EqualTo(second.Steps.Select(s => s.Loss)).Within(1e-4));
        Assert.That(first.Steps[^1].Loss, Is.Not.EqualTo(first.Steps[0].Loss));
    }

    [Test]
    public void Run_Lbfgs_LossNeverRisesAndFallsFarBelowThatOfAdam()
    {
        using var newton = new Trained(0, new Lbfgs());
        using var adam = new Trained(0, Optimizer.Adam());

        LoopOutcome outcome = newton.Run(Trained.Options(40, 1) with { Batch = int.MaxValue }, newton.Store("a"));
        LoopOutcome other = adam.Run(Trained.Options(40) with { Batch = int.MaxValue }, adam.Store("a"));

        double[] losses = [.. outcome.State.History.Select(e => e.Train[Metrics.Loss])];
        Assert.That(losses, Is.Ordered.Descending);
        Assert.That(losses[^1], Is.LessThan(0.1 * other.State.History[^1].Train[Metrics.Loss]));
    }

    [Test]
    public void Run_Genetic_BestNeverWorsensOnTheWholeSetAndLearns()
    {
        using var problem = new Trained(0, new Genetic(Population: 40));

        LoopOutcome outcome = problem.Run(Trained.Options(40, 0.2f) with { Batch = int.MaxValue }, problem.Store("a"));

        double[] losses = [.. outcome.State.History.Select(e => e.Train[Metrics.Loss])];
        Assert.That(losses, Is.Ordered.Descending, "the elite goes on");
        Assert.That(outcome.State.History[^1].Train[Metrics.Accuracy], Is.GreaterThan(0.6));
    }

    private static LoopOutcome ContinuesToTheSame(Trained problem, LoopOptions options, int stopAfter, int steps)
    {
        LoopOutcome whole = problem.Run(options, problem.Store("whole"));
        var trace = new LoopTrace { StopAfter = stopAfter };
        CheckpointStore store = problem.Store("parts");
        Assert.That(whole.State.Step, Is.EqualTo(steps));

        Assert.That(problem.Run(options, store, trace, cancel: trace.Cancel.Token).Interrupted, Is.True);
        LoopOutcome rest = problem.Run(options, store);

        Assert.That(rest.State.Step, Is.EqualTo(steps));
        foreach (string file in Directory.GetFiles(problem.PathOf("whole")).Select(f => Path.GetFileName(f)))
        {
            Assert.That(File.ReadAllBytes(Path.Combine(problem.PathOf("parts"), file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(problem.PathOf("whole"), file))), file);
        }

        return whole;
    }
}
