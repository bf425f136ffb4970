using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>A stage that trains, and that goes on from its newest checkpoint where its settings have not changed.</summary>
internal interface ITraining : IStage
{
    /// <summary>Deletes the checkpoints of a training with other settings.</summary>
    /// <param name="context">The run.</param>
    void Restart(RunContext context);

    /// <summary>Ends the run where its training was asked to stop.</summary>
    /// <param name="outcome">How the training ended.</param>
    /// <param name="context">The run.</param>
    /// <exception cref="OperationCanceledException">It was.</exception>
    static void ThrowIfInterrupted(LoopOutcome outcome, RunContext context)
    {
        if (outcome.Interrupted)
        {
            throw new OperationCanceledException(FormattableString.Invariant(
                $"interrupted after step {outcome.State.Step}; the state is saved: go on with 'anneal resume {context.Folder.Path}'"));
        }
    }
}
