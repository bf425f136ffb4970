using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;
using Anneal.Trainer.Schedules;

namespace Anneal.Trainer.Loop;

/// <summary>Trains a model: epochs of steps, each epoch validated and saved.</summary>
public sealed class TrainingLoop
{
    private readonly TrainingGraphs _graphs;
    private readonly IGraphRunner _runner;
    private readonly RowSet _rows;
    private readonly Evaluator? _evaluator;
    private readonly LoopOptions _options;
    private readonly CheckpointStore _checkpoints;
    private readonly ILoopObserver _observer;
    private readonly PhaseSpan[] _phases;

    /// <summary>Prepares a run.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The rows to train on.</param>
    /// <param name="evaluator">Evaluates parameters on the validation rows; null where there are none.</param>
    /// <param name="options">The settings.</param>
    /// <param name="checkpoints">Where checkpoints go.</param>
    /// <param name="observer">Watches the run.</param>
    /// <exception cref="AnnealException">The schedule is longer than the run, or an augmentation does not fit the rows.</exception>
    public TrainingLoop(
        TrainingGraphs graphs,
        IGraphRunner runner,
        RowSet rows,
        Evaluator? evaluator,
        LoopOptions options,
        CheckpointStore checkpoints,
        ILoopObserver observer)
    {
        _graphs = graphs;
        _runner = runner;
        _rows = rows;
        _evaluator = evaluator;
        _options = options;
        _checkpoints = checkpoints;
        _observer = observer;
        _phases = PhaseSpan.Of([new Phase(graphs, options.Batch, options.Epochs, options.Schedule), .. options.Later], rows.Rows.Length);
        foreach (PhaseSpan span in _phases)
        {
            span.Phase.Schedule.Check(span.StepsPerEpoch);
        }

        _ = NewAugmenter();
        _ = NewMixer();
    }

    /// <summary>Makes what looks into a phase's model before the first epoch and after each; null for no looks.</summary>
    public Func<TrainingGraphs, Probe>? ProbeOf { get; init; }

    /// <summary>Parameters to begin with; null for the model's first.</summary>
    public IReadOnlyDictionary<string, Tensor>? Start { get; init; }

    /// <summary>Trains from the newest checkpoint, or from the start when there is none.</summary>
    /// <param name="cancel">Asks the run to save its state and stop after the step under way.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="AnnealException">The loss is no longer finite; the message names the first node that is not.</exception>
    public LoopOutcome Run(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        LoopState state = _checkpoints.Latest()?.State ?? new LoopState();
        _observer.On(new LoopEvent.Started(state, PhaseOf(state).StepsPerEpoch, Epochs, _runner.Name) { Steps = _phases[^1].EndStep });
        IReadOnlyDictionary<string, Tensor>? parameters = null;
        do
        {
            PhaseSpan span = PhaseOf(state);
            using IStepDriver driver = Open(span, _runner, parameters);
            using Probe? probe = ProbeOf?.Invoke(span.Phase.Graphs);
            if (state.Step == 0)
            {
                Look(probe, span, driver, state);
            }

            using BatchFeed feed = FeedOf(span, state);
            var pending = new PendingSteps(driver);
            var feedWatch = new FeedWatch();
            long epochStart = Stopwatch.GetTimestamp();
            while (state.Epoch < span.EndEpoch && StopReason(state) is null)
            {
                if (cancel.IsCancellationRequested)
                {
                    state = TakeAll(pending, state);
                    _checkpoints.SaveInterrupted(CheckpointOf(driver, state));
                    return new LoopOutcome(true, state, Parameters(driver), clock.Elapsed.TotalSeconds);
                }

                state = Advance(span, pending, feed, state);
                if (state.StepInEpoch == span.StepsPerEpoch)
                {
                    state = TakeAll(pending, state);
                    if (feedWatch.Epoch(Stopwatch.GetElapsedTime(epochStart), feed.Waited) is { } share)
                    {
                        _observer.On(new LoopEvent.FeedBound(share));
                    }

                    state = CloseEpoch(span, driver, probe, state);
                    epochStart = Stopwatch.GetTimestamp();
                }
            }

            parameters = Carried(driver);
            if (state.Epoch < Epochs && StopReason(state) is null)
            {
                _observer.On(new LoopEvent.PhaseBegun(Array.IndexOf(_phases, span) + 2, _phases.Length, PhaseOf(state).StepsPerEpoch));
            }
        }
        while (state.Epoch < Epochs && StopReason(state) is null);

        _checkpoints.Finish();
        if (StopReason(state) is { } reason)
        {
            _observer.On(new LoopEvent.Stopped(reason));
        }

        IReadOnlyDictionary<string, Tensor> result = _options.EarlyStopping is not null && _checkpoints.HasBest
            ? _graphs.ParametersIn(_checkpoints.LoadBest().Tensors)
            : _graphs.ParametersIn(parameters);
        return new LoopOutcome(false, state, result, clock.Elapsed.TotalSeconds);
    }

    private int Epochs => _phases[^1].EndEpoch;

    // The phase of the next step; the last one where there is none.
    private PhaseSpan PhaseOf(LoopState state) => _phases.FirstOrDefault(p => state.Epoch < p.EndEpoch) ?? _phases[^1];

    private LoopState Advance(PhaseSpan span, PendingSteps pending, BatchFeed feed, LoopState state)
    {
        var record = new StepRecord(state.Epoch + 1, state.StepInEpoch + 1, state.Step + 1, span.RowsOf(state), 0, span.RateAt(state));
        pending.Begin(feed, record, NumberOf(span, state));
        state = state with { StepInEpoch = state.StepInEpoch + 1, Step = state.Step + 1, Rows = state.Rows + record.Rows };
        return pending.IsFull ? Take(pending, state, pending.Left) : state;
    }

    private LoopState TakeAll(PendingSteps pending, LoopState state) => Take(pending, state, left: 0);

    private LoopState Take(PendingSteps pending, LoopState state, int left)
    {
        while (pending.Count > left && pending.TryTake(out StepRecord record, out StepResult result))
        {
            if (!float.IsFinite(result.Loss))
            {
                _observer.On(new LoopEvent.Diverged(record));
                throw Diverged(record);
            }

            _observer.OnStep(record);
            state = state with
            {
                LossSum = state.LossSum + (result.Loss * (double)result.Mass),
                MassSum = state.MassSum + result.Mass,
                CorrectSum = state.CorrectSum + result.Correct,
            };
        }

        return state;
    }

    // What the step's graph is told: counted from 1 in each phase, in the first one after what was done before.
    private long NumberOf(PhaseSpan span, LoopState state) => state.Step - span.FirstStep + 1 + (span == _phases[0] ? _options.StepsBefore : 0);

    private LoopState CloseEpoch(PhaseSpan span, IStepDriver driver, Probe? probe, LoopState state)
    {
        var train = new Metrics { [Metrics.Loss] = state.LossSum / state.MassSum };
        if (_graphs.HasAccuracy)
        {
            train[Metrics.Accuracy] = state.CorrectSum / state.Rows;
        }

        Metrics validation = _evaluator?.Evaluate(Parameters(driver)).Metrics ?? [];
        float rate = span.RateAt(state with { Step = state.Step - 1 });
        var record = new EpochRecord(state.Epoch + 1, state.Step, rate, train, validation);
        Metrics watched = _options.EarlyStopping is { OnTrain: true } ? train : validation;
        bool isBest = watched.Count > 0 && IsBetter(watched, state);
        state = new LoopState
        {
            Epoch = record.Epoch,
            Step = state.Step,
            BestEpoch = isBest ? record.Epoch : state.BestEpoch,
            BestValue = isBest ? watched[WatchedMetric] : state.BestValue,
            Plateau = record.Epoch == span.EndEpoch ? new Plateau()
                : span.Phase.Schedule is Schedule.ReduceOnPlateau { Rule: var rule } ? rule.Next(state.Plateau, validation[rule.Metric])
                : state.Plateau,
            History = [.. state.History, record],
        };
        // Reported first: who resumes from the checkpoint finds all that led to it in the logs.
        _observer.On(new LoopEvent.EpochDone(record, isBest));
        Look(probe, span, driver, state);
        if (isBest)
        {
            _checkpoints.SaveBest(CheckpointOf(driver, state));
        }

        if (_options.Snapshots.Contains(state.Epoch))
        {
            _checkpoints.SaveSnapshot(state.Epoch, Parameters(driver));
        }

        if (state.Epoch % _options.CheckpointEvery == 0 || state.Epoch == Epochs || StopReason(state) is not null)
        {
            _checkpoints.Save(CheckpointOf(driver, state), _options.KeepCheckpoints);
        }

        return state;
    }

    private void Look(Probe? probe, PhaseSpan span, IStepDriver driver, LoopState state)
    {
        if (probe is not null)
        {
            float rate = span.RateAt(state with { Step = Math.Max(span.FirstStep, state.Step - 1) });
            _observer.On(new LoopEvent.Monitored(probe.Look(driver, state.Epoch, state.Step, rate)));
        }
    }

    private string WatchedMetric => _options.EarlyStopping?.Metric ?? _options.BestMetric ?? _graphs.Target.BestMetric;

    private bool IsBetter(Metrics watched, LoopState state)
    {
        bool higher = _options.EarlyStopping?.HigherIsBetter ?? Metrics.HigherIsBetter(WatchedMetric);
        double gain = (watched[WatchedMetric] - state.BestValue) * (higher ? 1 : -1);
        return state.BestEpoch == 0 || (double.IsNaN(state.BestValue) && !double.IsNaN(watched[WatchedMetric])) || gain > (_options.EarlyStopping?.MinDelta ?? 0);
    }

    private string? StopReason(LoopState state) =>
        _options.EarlyStopping is { } stop && state.Epoch - state.BestEpoch >= stop.Patience && state.Epoch > 0
            ? $"{(stop.OnTrain ? "train" : "validation")} {stop.Metric} has not improved for {stop.Patience} epochs: best {state.BestValue:0.#####} in epoch {state.BestEpoch}"
            : null;

    // The whole set at once has no order to draw: its sums are then the same in every epoch.
    private BatchFeed FeedOf(PhaseSpan span, LoopState state) => new(
        _rows.Features,
        _rows.Target,
        _rows.Rows,
        span.Batch,
        span.Batch == _rows.Rows.Length ? null : _options.Seed,
        state.Epoch,
        state.StepInEpoch * span.Accumulate,
        augmenter: NewAugmenter(),
        mixer: NewMixer());

    private Augmenter? NewAugmenter() => _options.Augment.Count == 0 ? null : new Augmenter(_options.Augment, _rows.Features[0], _options.Seed, _options.AugmentWidth);

    private Mixer? NewMixer() => Mixer.For(_graphs.Target, _options.Mix, _rows, _options.Seed);

    // With the tensors of the newest checkpoint, where that is of this phase; else with the parameters of the one before.
    private IStepDriver Open(PhaseSpan span, IGraphRunner runner, IReadOnlyDictionary<string, Tensor>? parameters)
    {
        IStepDriver driver = StepDrivers.Open(span.Phase.Graphs, runner, _options.Seed);
        if (parameters is null && _checkpoints.Latest() is { } checkpoint)
        {
            bool isInside = checkpoint.State.Step > span.FirstStep;
            parameters = isInside ? checkpoint.Tensors : _graphs.CarriedIn(checkpoint.Tensors);
        }

        foreach ((string name, Tensor tensor) in parameters ?? Start ?? (span == _phases[0] ? _options.Begin : new Dictionary<string, Tensor>(StringComparer.Ordinal)))
        {
            driver.Write(name, tensor);
        }

        return driver;
    }

    private static Checkpoint CheckpointOf(IStepDriver driver, LoopState state) =>
        new(state, driver.State.ToDictionary(name => name, driver.Read, StringComparer.Ordinal));

    private Dictionary<string, Tensor> Parameters(IStepDriver driver) =>
        _graphs.Parameters.ToDictionary(p => p.Name, p => driver.Read(p.Name), StringComparer.Ordinal);

    private IReadOnlyDictionary<string, Tensor> Carried(IStepDriver driver) =>
        _graphs.CarriedIn(driver.State.ToDictionary(name => name, driver.Read, StringComparer.Ordinal));

    // The state is already overwritten when a loss turns out not to be finite. Steps are pure functions of what was saved, so they are
    // run again from the last checkpoint, and each is watched node by node.
    private AnnealException Diverged(StepRecord failed)
    {
        using var runner = new SimdRunner(1);
        LoopState state = _checkpoints.Latest()?.State ?? new LoopState();
        long saved = state.Step;
        Node? first = null;
        IReadOnlyDictionary<string, Tensor>? parameters = null;
        while (state.Step < failed.Step && first is null)
        {
            PhaseSpan span = PhaseOf(state);
            using IStepDriver driver = Open(span, runner, parameters);
            using BatchFeed feed = FeedOf(span, state);
            while (state.Step < Math.Min(failed.Step, span.EndStep) && first is null)
            {
                first = driver.Trace(feed, span.RowsOf(state), span.RateAt(state), NumberOf(span, state));
                int inEpoch = (state.StepInEpoch + 1) % span.StepsPerEpoch;
                state = state with { Step = state.Step + 1, StepInEpoch = inEpoch, Epoch = state.Epoch + (inEpoch == 0 ? 1 : 0) };
            }

            parameters = Carried(driver);
        }

        string node = first is null
            ? $"no node gave it when steps {saved + 1} to {failed.Step} were run again"
            : $"the first value that is not finite comes from node '{first.Name}' ({first.OpType}) in step {state.Step}";
        return new AnnealException(
            ExitCode.GateFailed,
            $"epoch {failed.Epoch}, step {failed.Step}: the loss is {failed.Loss} over {failed.Rows} rows; {node}; the state of step {saved} is kept",
            "lower the learning rate, look at the inputs' scale, or clip the gradient");
    }
}
