using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.TensorBoard;
using Anneal.Trainer.Data;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;
using Anneal.Trainer.Schedules;

namespace Anneal.Pipeline.Bench;

/// <summary>Times the training loop with monitors at their defaults and without, in turn. Short epochs give many looks; of steps and of looks the fastest count.</summary>
/// <param name="step">The case.</param>
/// <param name="runner">The engine.</param>
internal sealed class MonitorBench(StepCase step, IGraphRunner runner)
{
    private const int Rounds = 6;
    private const int StepsTimed = 20;
    private const int EpochRows = 60_000;
    private const int LogEvery = 100;
    private readonly TrainingGraphs _graphs = step.Build();
    private readonly RowSet _rows = new([step.Features(StepsTimed * step.Batch, 0)], StepCase.Targets(StepsTimed * step.Batch, 0), [.. Enumerable.Range(0, StepsTimed * step.Batch)]);

    /// <summary>Measures.</summary>
    /// <param name="threads">The engine's threads, for the report.</param>
    /// <param name="seconds">Time to spend, in seconds.</param>
    /// <param name="cancel">Ends the measurement.</param>
    public MonitorReport Measure(int threads, double seconds, CancellationToken cancel)
    {
        (double without, double with, double look) = (double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
        for (int round = 0; round < Rounds; round++)
        {
            Clock plain = Run(false, seconds / (2 * Rounds), cancel);
            Clock monitored = Run(true, seconds / (2 * Rounds), cancel);
            (without, with, look) = (Math.Min(without, plain.Step), Math.Min(with, monitored.Step), Math.Min(look, monitored.Look));
        }

        int steps = (EpochRows + step.Batch - 1) / step.Batch;
        return new MonitorReport(step.Name, threads, steps, without * 1e3, with * 1e3, look * 1e3, look / (steps * Math.Min(with, without)), (with + (look / steps)) / without);
    }

    private Clock Run(bool isMonitored, double seconds, CancellationToken cancel)
    {
        string folder = Directory.CreateTempSubdirectory("anneal-bench").FullName;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var clock = new Clock(seconds, isMonitored, stop);
            using var log = new MetricsLog(Path.Combine(folder, MetricsLog.FileName), LogEvery);
            using var looks = new MonitorLog(Path.Combine(folder, MonitorLog.FileName));
            using var board = new TensorBoardLog(Path.Combine(folder, "tfevents"), LogEvery, TimeProvider.System);
            var options = new LoopOptions(Seed: 0, step.Batch, Epochs: 1_000_000, new Schedule.Constant(StepCase.Rate), EarlyStopping: null, CheckpointEvery: 1_000_000, KeepCheckpoints: 1);
            var loop = new TrainingLoop(
                _graphs, runner, _rows, evaluator: null, options, new CheckpointStore(folder), new Observers([log, .. isMonitored ? (ILoopObserver[])[looks, board] : [], clock]))
            {
                ProbeOf = isMonitored ? graphs => new Probe(graphs, runner, _rows, seed: 0, _rows) : null,
            };
            loop.Run(stop.Token);
            cancel.ThrowIfCancellationRequested();
            return clock;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The last observer: what the others do for an event is over when it is told. The first epoch compiles the plans.
    private sealed class Clock(double seconds, bool isMonitored, CancellationTokenSource stop) : ILoopObserver
    {
        private const int FewestEpochs = 3;
        private readonly long _begin = Stopwatch.GetTimestamp();
        private long _first;
        private long _epochEnd;

        /// <summary>The mean time of a step in the fastest epoch, in seconds.</summary>
        public double Step { get; private set; } = double.PositiveInfinity;

        /// <summary>The time of the fastest look, in seconds.</summary>
        public double Look { get; private set; } = double.PositiveInfinity;

        public void OnStep(in StepRecord record)
        {
            if (record.StepInEpoch == 1)
            {
                _first = Stopwatch.GetTimestamp();
            }
            else if (record.StepInEpoch == StepsTimed && record.Epoch > 1)
            {
                Step = Math.Min(Step, Stopwatch.GetElapsedTime(_first).TotalSeconds / (StepsTimed - 1));
            }
        }

        public void On(LoopEvent happened)
        {
            int epoch = 0;
            switch (happened)
            {
                case LoopEvent.EpochDone done:
                    _epochEnd = Stopwatch.GetTimestamp();
                    epoch = isMonitored ? 0 : done.Record.Epoch;
                    break;
                case LoopEvent.Monitored { Record: { Epoch: > 0 } record }:
                    Look = Math.Min(Look, Stopwatch.GetElapsedTime(_epochEnd).TotalSeconds);
                    epoch = record.Epoch;
                    break;
            }

            if (epoch >= FewestEpochs && Stopwatch.GetElapsedTime(_begin).TotalSeconds > seconds)
            {
                stop.Cancel();
            }
        }
    }
}
