using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report;

/// <summary>Warns where a run waits for its batches.</summary>
/// <param name="warn">Takes the warning.</param>
internal sealed class FeedWarning(Action<string> warn) : ILoopObserver
{
    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        if (happened is LoopEvent.FeedBound bound)
        {
            warn(FormattableString.Invariant(
                $"steps wait for their batches {bound.Share:P0} of the time: gathering and augmenting rows is the bottleneck; 'anneal bench feed' measures it"));
        }
    }
}
