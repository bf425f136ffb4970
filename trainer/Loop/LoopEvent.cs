using Anneal.Trainer.Monitors;

namespace Anneal.Trainer.Loop;

/// <summary>Something that happened in a run.</summary>
public abstract record LoopEvent
{
    private LoopEvent()
    {
    }

    /// <summary>The run begins or goes on.</summary>
    /// <param name="State">Where it stands.</param>
    /// <param name="StepsPerEpoch">Steps in an epoch of the phase that it stands in.</param>
    /// <param name="Epochs">Epochs at most.</param>
    /// <param name="Engine">The engine's name.</param>
    public sealed record Started(LoopState State, int StepsPerEpoch, int Epochs, string Engine) : LoopEvent
    {
        /// <summary>Steps of the whole run.</summary>
        public long Steps { get; init; } = (long)StepsPerEpoch * Epochs;
    }

    /// <summary>Another phase begins.</summary>
    /// <param name="Phase">Its number, from 1.</param>
    /// <param name="Phases">The number of phases.</param>
    /// <param name="StepsPerEpoch">Steps in one of its epochs.</param>
    public sealed record PhaseBegun(int Phase, int Phases, int StepsPerEpoch) : LoopEvent;

    /// <summary>An epoch is complete.</summary>
    /// <param name="Record">What it gave.</param>
    /// <param name="IsBest">Whether its validation metric is the best so far.</param>
    public sealed record EpochDone(EpochRecord Record, bool IsBest) : LoopEvent;

    /// <summary>The model has been looked into, after an epoch or before the first.</summary>
    /// <param name="Record">What there was to see.</param>
    public sealed record Monitored(MonitorRecord Record) : LoopEvent;

    /// <summary>The loss is no longer finite: training ends with an error.</summary>
    /// <param name="Step">The step that gave it.</param>
    public sealed record Diverged(StepRecord Step) : LoopEvent;

    /// <summary>The run is over before its last epoch.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Stopped(string Reason) : LoopEvent;

    /// <summary>Steps wait for their batches; told once in a phase.</summary>
    /// <param name="Share">The share of the phase's time so far that they waited.</param>
    public sealed record FeedBound(double Share) : LoopEvent;
}
