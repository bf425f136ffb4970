using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;

namespace Anneal.Tests.Loop;

/// <summary>Moving averages of the weights, kept by the step itself.</summary>
internal sealed class MovingAverageTests
{
    private static readonly UpdateSettings s_settings = new(Optimizer.Adam()) { AverageDecays = [0.5f, 0.9f] };

    // One step an epoch, each saved: the averages of all steps can be followed.
    [Test]
    public void MovingAverage_EveryDecay_FollowsItsRecurrence()
    {
        using var problem = new Trained(0.2f, s_settings);
        CheckpointStore store = problem.Store("a");

        problem.Run(Trained.Options(6) with { Batch = int.MaxValue, KeepCheckpoints = 6 }, store);

        foreach ((float decay, int index) in new[] { (0.5f, 0), (0.9f, 1) })
        {
            Dictionary<string, double[]> average = problem.Graphs.Parameters.ToDictionary(p => p.Name, p => new double[p.Initial.Length]);
            foreach (long step in store.Steps)
            {
                Checkpoint checkpoint = store.Load(step);
                IReadOnlyDictionary<string, Tensor> kept = problem.Graphs.MovingAverage(checkpoint.Tensors, index, step);
                foreach ((string name, double[] values) in average)
                {
                    double[] weights = Compare.Doubles(checkpoint.Tensors[name]);
                    for (int i = 0; i < values.Length; i++)
                    {
                        values[i] = (decay * values[i]) + ((1 - (double)decay) * weights[i]);
                    }

                    // Six steps in float.
                    Assert.That(Compare.Doubles(kept[name]), Is.EqualTo(values.Select(v => v / (1 - Math.Pow(decay, step)))).Within(1e-6), $"{name} after step {step}");
                }
            }
        }
    }

    [Test]
    public void Run_WithAverages_TrainsTheSameWeights()
    {
        using var with = new Trained(0.2f, s_settings);
        using var without = new Trained();

        LoopOutcome first = with.Run(Trained.Options(3), with.Store("a"));
        LoopOutcome second = without.Run(Trained.Options(3), without.Store("a"));

        Assert.That(first.Parameters.Keys, Is.EquivalentTo(second.Parameters.Keys));
        foreach ((string name, Tensor tensor) in second.Parameters)
        {
            Compare.Same(first.Parameters[name], tensor, name);
        }
    }

    [Test]
    public void Run_Accumulating_AveragesStepsAndNotBatches()
    {
        using var problem = new Trained(0, s_settings with { Accumulate = 3 });
        CheckpointStore store = problem.Store("a");

        LoopOutcome outcome = problem.Run(Trained.Options(1) with { Batch = 67 }, store);

        Assert.That(outcome.State.Step, Is.EqualTo(1));
        IReadOnlyDictionary<string, Tensor> average = problem.Graphs.MovingAverage(store.Load(1).Tensors, 1, 1);
        foreach ((string name, Tensor tensor) in outcome.Parameters)
        {
            // After one step the average is the weight: (1 - d)·w / (1 - d).
            Compare.Close(average[name], tensor, 1e-6, name);
        }
    }

    [TestCase(3)]
    [TestCase(14)]
    [TestCase(20)]
    public void Run_InterruptedWithAveragesOverTwoPhases_SameBytes(int stopAfter)
    {
        using var problem = new Trained(0.2f, s_settings);
        LoopOptions options = Trained.Options(2) with { Later = [new Phase(Networks.Mlp(8, [16, 3], 0.2f, s_settings with { Optimizer = Optimizer.Sgd() }, seed: 8), 32, 2, new Schedule.Constant(0.01f))], Snapshots = [1, 3] };
        problem.Run(options, problem.Store("whole"));
        var trace = new LoopTrace { StopAfter = stopAfter };

        Assert.That(problem.Run(options, problem.Store("parts"), trace, cancel: trace.Cancel.Token).Interrupted, Is.True);
        problem.Run(options, problem.Store("parts"));

        string[] files = [.. Directory.GetFiles(problem.PathOf("whole")).Select(f => Path.GetFileName(f))];
        Assert.That(files, Does.Contain("snapshot-000001.onnx").And.Contain("snapshot-000003.onnx"));
        foreach (string file in files)
        {
            Assert.That(File.ReadAllBytes(Path.Combine(problem.PathOf("parts"), file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(problem.PathOf("whole"), file))), file);
        }
    }

    [Test]
    public void Run_InOnnxRuntime_KeepsTheSameAverages()
    {
        using var problem = new Trained(0.2f, s_settings);
        CheckpointStore ours = problem.Store("a");
        CheckpointStore theirs = problem.Store("b");
        problem.Run(Trained.Options(2), ours);

        new TrainingLoop(problem.Graphs, new OrtRunner(new OrtOptions { Threads = 1 }), problem.Rows, null, Trained.Options(2), theirs, new LoopTrace()).Run(CancellationToken.None);

        long step = ours.Steps[^1];
        IReadOnlyDictionary<string, Tensor> expected = problem.Graphs.MovingAverage(ours.Load(step).Tensors, 1, step);
        foreach ((string name, Tensor average) in problem.Graphs.MovingAverage(theirs.Load(step).Tensors, 1, step))
        {
            // Fourteen steps whose sums are rounded in another order.
            Compare.Close(average, expected[name], 1e-4, name);
        }
    }

    [Test]
    public void Run_WithAStart_BeginsThere()
    {
        using var problem = new Trained(0);
        LoopOutcome before = problem.Run(Trained.Options(2), problem.Store("a"));
        using var runner = new Anneal.Trainer.Execution.SimdRunner(1);
        CheckpointStore store = problem.Store("b");

        var loop = new TrainingLoop(problem.Graphs, runner, problem.Rows, null, Trained.Options(1, 1e-9f) with { Snapshots = [1] }, store, new LoopTrace()) { Start = before.Parameters };
        loop.Run(CancellationToken.None);

        foreach ((string name, Tensor tensor) in before.Parameters)
        {
            Compare.Close(store.LoadSnapshot(1)[name], tensor, 1e-6, name);
        }
    }
}
