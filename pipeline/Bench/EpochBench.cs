using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Schedules;

namespace Anneal.Pipeline.Bench;

/// <summary>Times epochs of the training loop, whose batches are shuffled, gathered and, of images, shifted and flipped, against the same steps on twenty batches that lie ready.</summary>
internal sealed class EpochBench
{
    private const int FewestSteps = 20;
    private const int EpochRows = 60_000;
    private const int StoredRows = 8192;
    private const int Parts = 4;
    private const int EpochsTimed = 3;
    private const int MostEpochs = 1_000_000;

    private readonly StepBench _steps;

    /// <summary>Prepares the case.</summary>
    public EpochBench(StepCase @case) => _steps = new StepBench(@case);

    /// <summary>The case.</summary>
    public StepCase Case => _steps.Case;

    /// <summary>Measures one engine.</summary>
    /// <param name="runner">The engine.</param>
    /// <param name="threads">Its threads, for the report.</param>
    /// <param name="seconds">Time to spend, in seconds: a quarter on steps, half on epochs, and a quarter on steps again.</param>
    /// <param name="cancel">Ends the measurement.</param>
    public EpochReport Measure(IGraphRunner runner, int threads, double seconds, CancellationToken cancel)
    {
        double before = _steps.Measure(runner, threads, seconds / Parts, cancel).MsPerStep;
        int whole = (EpochRows + Case.Batch - 1) / Case.Batch;
        int steps = Math.Clamp((int)(seconds * 1e3 / (Parts * EpochsTimed * before)), Math.Min(FewestSteps, whole), whole);
        double epoch = Epoch(runner, steps, 2 * seconds / Parts, cancel);
        double step = Math.Min(before, _steps.Measure(runner, threads, seconds / Parts, cancel).MsPerStep);
        return new EpochReport(Case.Name, runner.Name, Case.Batch, threads, IsImage ? "shift, flip" : "none", steps, step, epoch, epoch / (steps * step));
    }

    private bool IsImage => Case.Row.Count == 3;

    private double Epoch(IGraphRunner runner, int steps, double seconds, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("anneal-bench").FullName;
        try
        {
            // An epoch goes through the rows that are stored as often as its steps ask for.
            int stored = Math.Min(StoredRows, steps * Case.Batch);
            var rows = new RowSet([Case.Features(stored, 0)], StepCase.Targets(stored, 0), [.. Enumerable.Range(0, steps * Case.Batch).Select(r => r % stored)]);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var clock = new Clock(seconds, stop);
            var options = new LoopOptions(Seed: 0, Case.Batch, MostEpochs, new Schedule.Constant(StepCase.Rate), EarlyStopping: null, CheckpointEvery: MostEpochs, KeepCheckpoints: 1)
            {
                Augment = IsImage ? [new Shift(2, BorderFill.Zero), new Flip(FlipAxis.Horizontal)] : [],
            };
            new TrainingLoop(_steps.Graphs, runner, rows, evaluator: null, options, new CheckpointStore(folder), clock).Run(stop.Token);
            cancel.ThrowIfCancellationRequested();
            return clock.Fastest * 1e3;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The first epoch compiles, probes or captures.
    private sealed class Clock(double seconds, CancellationTokenSource stop) : ILoopObserver
    {
        private readonly long _begin = Stopwatch.GetTimestamp();
        private long _end;

        /// <summary>The time of the fastest epoch, in seconds.</summary>
        public double Fastest { get; private set; } = double.PositiveInfinity;

        public void OnStep(in StepRecord step)
        {
        }

        public void On(LoopEvent happened)
        {
            if (happened is not LoopEvent.EpochDone done)
            {
                return;
            }

            long now = Stopwatch.GetTimestamp();
            if (done.Record.Epoch > 1)
            {
                Fastest = Math.Min(Fastest, Stopwatch.GetElapsedTime(_end, now).TotalSeconds);
            }

            _end = now;
            if (done.Record.Epoch > EpochsTimed && Stopwatch.GetElapsedTime(_begin, now).TotalSeconds > seconds)
            {
                stop.Cancel();
            }
        }
    }
}
