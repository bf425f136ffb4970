using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

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
    private readonly int _stepsPerEpoch;

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
        _stepsPerEpoch = (rows.Rows.Length + options.Batch - 1) / options.Batch;
        options.Schedule.Check(_stepsPerEpoch);
        _ = NewAugmenter();
    }

    /// <summary>Trains from the newest checkpoint, or from the start when there is none.</summary>
    /// <param name="cancel">Asks the run to save its state and stop after the step under way.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="AnnealException">The loss is no longer finite; the message names the first node that is not.</exception>
    public LoopOutcome Run(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using IGraphSession session = _runner.Open(_graphs.Step, _graphs.StepState());
        LoopState state = Restore(session);
        _observer.On(new LoopEvent.Started(state, _stepsPerEpoch, _options.Epochs, _runner.Name));
        var step = new TrainingStep(session, _graphs);
        using BatchFeed feed = FeedOf(state);
        var feedWatch = new FeedWatch();
        long epochStart = Stopwatch.GetTimestamp();
        while (state.Epoch < _options.Epochs && StopReason(state) is null)
        {
            if (cancel.IsCancellationRequested)
            {
                _checkpoints.SaveInterrupted(CheckpointOf(session, state));
                return new LoopOutcome(true, state, Parameters(session), clock.Elapsed.TotalSeconds);
            }

            state = Advance(step, feed.Next(), state);
            if (state.StepInEpoch == _stepsPerEpoch)
            {
                if (feedWatch.Epoch(Stopwatch.GetElapsedTime(epochStart), feed.Waited) is { } share)
                {
                    _observer.On(new LoopEvent.FeedBound(share));
                }

                state = CloseEpoch(session, state);
                epochStart = Stopwatch.GetTimestamp();
            }
        }

        if (StopReason(state) is { } reason)
        {
            _observer.On(new LoopEvent.Stopped(reason));
        }

        IReadOnlyDictionary<string, Tensor> result = _options.EarlyStopping is not null && _checkpoints.HasBest
            ? _graphs.ParametersIn(_checkpoints.LoadBest().Tensors)
            : Parameters(session);
        return new LoopOutcome(false, state, result, clock.Elapsed.TotalSeconds);
    }

    private LoopState Advance(TrainingStep step, Batch batch, LoopState state)
    {
        float rate = _options.Schedule.At(state.Step, _stepsPerEpoch);
        step.Run(batch, rate, state.Step + 1);
        if (!float.IsFinite(step.Loss))
        {
            throw Diverged(batch, state, step.Loss);
        }

        double mass = step.Mass ?? batch.Rows;
        _observer.OnStep(new StepRecord(state.Epoch + 1, state.StepInEpoch + 1, state.Step + 1, batch.Rows, step.Loss, rate));
        return state with
        {
            StepInEpoch = state.StepInEpoch + 1,
            Step = state.Step + 1,
            LossSum = state.LossSum + (step.Loss * mass),
            MassSum = state.MassSum + mass,
            CorrectSum = state.CorrectSum + step.Correct,
            Rows = state.Rows + batch.Rows,
        };
    }

    private LoopState CloseEpoch(IGraphSession session, LoopState state)
    {
        var train = new Metrics { [Metrics.Loss] = state.LossSum / state.MassSum };
        if (_graphs.HasAccuracy)
        {
            train[Metrics.Accuracy] = state.CorrectSum / state.Rows;
        }

        Metrics validation = _evaluator?.Evaluate(Parameters(session)).Metrics ?? [];
        float rate = _options.Schedule.At(state.Step - 1, _stepsPerEpoch);
        var record = new EpochRecord(state.Epoch + 1, state.Step, rate, train, validation);
        Metrics watched = _options.EarlyStopping is { OnTrain: true } ? train : validation;
        bool isBest = watched.Count > 0 && IsBetter(watched, state);
        state = new LoopState
        {
            Epoch = record.Epoch,
            Step = state.Step,
            BestEpoch = isBest ? record.Epoch : state.BestEpoch,
            BestValue = isBest ? watched[WatchedMetric] : state.BestValue,
            History = [.. state.History, record],
        };
        // Reported first: who resumes from the checkpoint finds all that led to it in the logs.
        _observer.On(new LoopEvent.EpochDone(record, isBest));
        if (isBest)
        {
            _checkpoints.SaveBest(CheckpointOf(session, state));
        }

        if (state.Epoch % _options.CheckpointEvery == 0 || state.Epoch == _options.Epochs || StopReason(state) is not null)
        {
            Save(session, state);
        }

        return state;
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

    private BatchFeed FeedOf(LoopState state) =>
        new(_rows.Features, _rows.Target, _rows.Rows, _options.Batch, _options.Seed, state.Epoch, state.StepInEpoch, augmenter: NewAugmenter());

    private Augmenter? NewAugmenter() => _options.Augment.Count == 0 ? null : new Augmenter(_options.Augment, _rows.Features[0], _options.Seed, _options.AugmentWidth);

    private LoopState Restore(IGraphSession session)
    {
        if (_checkpoints.Latest() is not { } checkpoint)
        {
            return new LoopState();
        }

        foreach ((string name, Tensor tensor) in checkpoint.Tensors)
        {
            session.WriteState(name, tensor);
        }

        return checkpoint.State;
    }

    private void Save(IGraphSession session, LoopState state) => _checkpoints.Save(CheckpointOf(session, state), _options.KeepCheckpoints);

    private Checkpoint CheckpointOf(IGraphSession session, LoopState state) =>
        new(state, _graphs.StepState().ToDictionary(s => s.Input, s => session.ReadState(s.Input), StringComparer.Ordinal));

    private Dictionary<string, Tensor> Parameters(IGraphSession session) =>
        _graphs.Parameters.ToDictionary(p => p.Name, p => session.ReadState(p.Name), StringComparer.Ordinal);

    // The state is already overwritten when a loss turns out not to be finite. Steps are pure functions of what was saved, so they are
    // run again from the last checkpoint, and the last one is watched node by node.
    private AnnealException Diverged(Batch last, LoopState at, float loss)
    {
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(_graphs.Step, _graphs.StepState());
        LoopState state = Restore(session);
        long saved = state.Step;
        var step = new TrainingStep(session, _graphs);
        Node? first = null;
        using BatchFeed feed = FeedOf(state);
        while (state.Step <= at.Step && first is null)
        {
            first = step.FirstNonFinite(session, feed.Next(), _options.Schedule.At(state.Step, _stepsPerEpoch), state.Step + 1);
            state = state with { Step = state.Step + 1 };
        }

        string node = first is null
            ? $"no node gave it when steps {saved + 1} to {at.Step + 1} were run again"
            : $"the first value that is not finite comes from node '{first.Name}' ({first.OpType}) in step {state.Step}";
        return new AnnealException(
            ExitCode.GateFailed,
            $"epoch {at.Epoch + 1}, step {at.Step + 1}: the loss is {loss} over {last.Rows} rows; {node}; the state of step {saved} is kept",
            "lower the learning rate, look at the inputs' scale, or clip the gradient");
    }
}
