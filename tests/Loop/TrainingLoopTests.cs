using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;

namespace Anneal.Tests.Loop;

internal sealed class TrainingLoopTests
{
    [Test]
    public void Run_LearnableRows_LossFallsAndEveryStepIsReported()
    {
        using var problem = new Trained();
        var trace = new LoopTrace();

        LoopOutcome outcome = problem.Run(Trained.Options(20), problem.Store("a"), trace);

        Assert.That(trace.Steps.Select(s => s.Step), Is.EqualTo(Enumerable.Range(1, 20 * Trained.StepsPerEpoch)));
        Assert.That(trace.Steps.Take(7).Select(s => s.Rows), Is.EqualTo(new[] { 32, 32, 32, 32, 32, 32, 8 }));
        Assert.That(outcome.State.History, Has.Count.EqualTo(20));
        Assert.That(outcome.State.History[^1].Train[Metrics.Loss], Is.LessThan(outcome.State.History[0].Train[Metrics.Loss] / 2));
        Assert.That(problem.Evaluate(outcome.Parameters)[Metrics.Accuracy], Is.GreaterThan(0.8));
        Assert.That(trace.Events[0], Is.TypeOf<LoopEvent.Started>());
    }

    [Test]
    public void Run_EpochRecord_IsTheMeanOverTheRows()
    {
        using var problem = new Trained();
        var trace = new LoopTrace();

        LoopOutcome outcome = problem.Run(Trained.Options(1), problem.Store("a"), trace);

        double mean = trace.Steps.Sum(s => (double)s.Loss * s.Rows) / 200;
        Assert.That(outcome.State.History[0].Train[Metrics.Loss], Is.EqualTo(mean).Within(1e-12));
        Assert.That(outcome.State.History[0].Validation, Is.EqualTo(problem.Evaluate(outcome.Parameters)));
    }

    [Test]
    public void Run_NoImprovement_StopsByPatienceAndRestoresTheBest()
    {
        using var problem = new Trained(dropout: 0, Optimizer.Sgd());
        var trace = new LoopTrace();
        LoopOptions options = Trained.Options(100, rate: 20) with { EarlyStopping = new EarlyStopping(Metrics.Loss, 4, 0, HigherIsBetter: false) };
        CheckpointStore store = problem.Store("a");

        LoopOutcome outcome = problem.Run(options, store, trace);

        Assert.That(outcome.State.Epoch, Is.EqualTo(outcome.State.BestEpoch + 4).And.LessThan(100));
        double[] losses = [.. outcome.State.History.Select(e => e.Validation[Metrics.Loss])];
        Assert.That(losses[outcome.State.BestEpoch - 1], Is.EqualTo(losses.Min()).And.EqualTo(outcome.State.BestValue));
        Assert.That(problem.Evaluate(outcome.Parameters)[Metrics.Loss], Is.EqualTo(losses.Min()), "the best parameters are the result");
        Assert.That(trace.Events[^1], Is.TypeOf<LoopEvent.Stopped>());
        Assert.That(((LoopEvent.Stopped)trace.Events[^1]).Reason, Does.StartWith("validation loss has not improved for 4 epochs"));
        Assert.That(trace.Epochs.Last(e => e.IsBest).Record.Epoch, Is.EqualTo(outcome.State.BestEpoch));
        Assert.That(store.LoadBest().State.Epoch, Is.EqualTo(outcome.State.BestEpoch));
    }

    [Test]
    public void Run_SmallGainsBelowMinDelta_DoNotCount()
    {
        using var problem = new Trained(dropout: 0);
        LoopOptions options = Trained.Options(100, rate: 1e-5f) with { EarlyStopping = new EarlyStopping(Metrics.Loss, 3, 0.5, HigherIsBetter: false) };

        LoopOutcome outcome = problem.Run(options, problem.Store("a"));

        Assert.That((outcome.State.BestEpoch, outcome.State.Epoch), Is.EqualTo((1, 4)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Run_StepDecay_GivesTheRateOfEveryStep(bool perEpoch)
    {
        using var problem = new Trained();
        var trace = new LoopTrace();
        LoopOptions options = Trained.Options(4) with { Schedule = new Schedule.StepDecay(0.08f, perEpoch ? 2 : 5, 0.5, perEpoch) };

        problem.Run(options, problem.Store("a"), trace);

        int every = perEpoch ? 2 * Trained.StepsPerEpoch : 5;
        Assert.That(trace.Steps.Select(s => s.Rate), Is.EqualTo(Enumerable.Range(0, 28).Select(i => (float)(0.08f * Math.Pow(0.5, i / every)))));
        Assert.That(trace.Epochs.Select(e => e.Record.Rate), Is.EqualTo(trace.Steps.Where(s => s.StepInEpoch == Trained.StepsPerEpoch).Select(s => s.Rate)));
    }

    [TestCase(3)]
    [TestCase(7)]
    [TestCase(17)]
    public void Run_InterruptedAndContinued_SameBitsAndSameHistory(int stopAfter)
    {
        using var problem = new Trained();
        LoopOptions options = Trained.Options(5) with { EarlyStopping = new EarlyStopping(Metrics.Loss, 10, 0, HigherIsBetter: false) };
        LoopOutcome whole = problem.Run(options, problem.Store("whole"));
        CheckpointStore store = problem.Store("parts");
        var trace = new LoopTrace { StopAfter = stopAfter };

        LoopOutcome first = problem.Run(options, store, trace, cancel: trace.Cancel.Token);
        Assert.That(first.Interrupted, Is.True);
        Assert.That(first.State.Step, Is.EqualTo(stopAfter));
        Assert.That(store.Latest()!.State.Step, Is.EqualTo(stopAfter));
        var rest = new LoopTrace();
        LoopOutcome second = problem.Run(options, store, rest);

        Assert.That(second.Interrupted, Is.False);
        Assert.That(rest.Steps[0].Step, Is.EqualTo(stopAfter + 1));
        Assert.That(second.State.History.Select(e => e.Train), Is.EqualTo(whole.State.History.Select(e => e.Train)));
        Assert.That(second.State.History.Select(e => e.Validation), Is.EqualTo(whole.State.History.Select(e => e.Validation)));
        foreach ((string name, Tensor tensor) in whole.Parameters)
        {
            Compare.Same(second.Parameters[name], tensor, name);
        }
    }

    [TestCase(31, 1)]
    [TestCase(35, 1)]
    [TestCase(21, 2)]
    public void Run_InterruptedAndContinued_LeavesTheSameCheckpoints(int stopAfter, int every)
    {
        using var problem = new Trained();
        LoopOptions options = Trained.Options(6) with { CheckpointEvery = every };
        CheckpointStore whole = problem.Store("whole");
        CheckpointStore parts = problem.Store("parts");
        problem.Run(options, whole);
        var trace = new LoopTrace { StopAfter = stopAfter };
        Assert.That(problem.Run(options, parts, trace, cancel: trace.Cancel.Token).Interrupted, Is.True);

        problem.Run(options, parts);

        string[] files = [.. Directory.GetFiles(problem.PathOf("whole")).Select(f => Path.GetFileName(f)).Order()];
        Assert.That(Directory.GetFiles(problem.PathOf("parts")).Select(f => Path.GetFileName(f)).Order(), Is.EqualTo(files));
        foreach (string file in files)
        {
            Assert.That(
                File.ReadAllBytes(Path.Combine(problem.PathOf("parts"), file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(problem.PathOf("whole"), file))), Is.True, file);
        }
    }

    [Test]
    public void Run_EpochEnds_IsReportedBeforeItIsSaved()
    {
        using var problem = new Trained();
        CheckpointStore store = problem.Store("a");
        var watch = new SavedSteps(store);

        problem.Run(Trained.Options(3), store, watch);

        Assert.That(watch.NewestAtReport, Is.EqualTo(new[] { 0, 7, 14 }));
    }

    [Test]
    public void Run_AfterTheLastEpoch_DoesNothingMore()
    {
        using var problem = new Trained();
        CheckpointStore store = problem.Store("a");
        LoopOutcome first = problem.Run(Trained.Options(2), store);
        var trace = new LoopTrace();

        LoopOutcome again = problem.Run(Trained.Options(2), store, trace);

        Assert.That(trace.Steps, Is.Empty);
        Compare.Same(again.Parameters["dense1.weight"], first.Parameters["dense1.weight"], "weight");
    }

    [Test]
    public void Run_LossNotFinite_NamesNodeAndStepAndKeepsTheLastGoodEpoch()
    {
        using var problem = new Trained(dropout: 0, Optimizer.Sgd());
        CheckpointStore store = problem.Store("a");
        problem.Run(Trained.Options(2), store);
        byte[] good = File.ReadAllBytes(Path.Combine(problem.PathOf("a"), "step-000000014.onnx"));

        AnnealException? error = Assert.Throws<AnnealException>(() => problem.Run(Trained.Options(5, rate: 1e30f), store));

        Assert.That(error!.Code, Is.EqualTo(ExitCode.GateFailed));
        Assert.That(error.Message, Does.Match(@"^epoch 3, step 1[5-9]: the loss is (NaN|∞|Infinity) over \d+ rows; "));
        Assert.That(error.Message, Does.Match(@"the first value that is not finite comes from node '[^']+' \(\w+\) in step 1[5-9]; the state of step 14 is kept"));
        Assert.That(store.Steps[^1], Is.EqualTo(14));
        Assert.That(File.ReadAllBytes(Path.Combine(problem.PathOf("a"), "step-000000014.onnx")), Is.EqualTo(good));
    }

    [Test]
    public void Run_InfinityInTheData_NamesTheFirstNodeThatReadsIt()
    {
        using var problem = new Trained(dropout: 0);
        problem.Rows.Features[0].Span<float>()[8 * 50] = float.PositiveInfinity;

        AnnealException? error = Assert.Throws<AnnealException>(() => problem.Run(Trained.Options(5), problem.Store("a")));

        Assert.That(error!.Code, Is.EqualTo(ExitCode.GateFailed));
        Assert.That(error.Message, Does.Match(@"epoch 1, step (\d): .* comes from node 'dense1/\w+' \(Gemm\w*\) in step \1; the state of step 0 is kept"));
    }

    [Test]
    public void Run_StepsWithinAnEpoch_AllocateNothing()
    {
        using var problem = new Trained();
        var watch = new AllocationWatch();

        problem.Run(Trained.Options(30), problem.Store("a"), watch);

        Assert.That(watch.Measured, Is.EqualTo(29 * (Trained.StepsPerEpoch - 1)));
        Assert.That(watch.Bytes, Is.Zero);
    }

    private sealed class SavedSteps(CheckpointStore store) : ILoopObserver
    {
        public List<long> NewestAtReport { get; } = [];

        public void OnStep(in StepRecord step)
        {
        }

        public void On(LoopEvent happened)
        {
            if (happened is LoopEvent.EpochDone)
            {
                NewestAtReport.Add(store.Latest()?.State.Step ?? 0);
            }
        }
    }

    // From the report of one step to that of the next, within an epoch; the first epoch compiles the plans.
    private sealed class AllocationWatch : ILoopObserver
    {
        private long _before;

        public long Bytes { get; private set; }

        public int Measured { get; private set; }

        public void OnStep(in StepRecord step)
        {
            if (step.Epoch > 1 && step.StepInEpoch > 1)
            {
                Bytes += GC.GetAllocatedBytesForCurrentThread() - _before;
                Measured++;
            }

            _before = GC.GetAllocatedBytesForCurrentThread();
        }

        public void On(LoopEvent happened)
        {
        }
    }
}
