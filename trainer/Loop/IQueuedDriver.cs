using Anneal.Trainer.Data;

namespace Anneal.Trainer.Loop;

/// <summary>A driver that may begin steps before the results of the ones before them are taken.</summary>
internal interface IQueuedDriver : IStepDriver
{
    /// <summary>Steps that may be begun before the first one's result is taken; 0 where a step gives its result at once.</summary>
    int Ahead { get; }

    /// <summary>Begins a step; the parameters are as <see cref="IStepDriver.Run"/> takes them.</summary>
    void Begin(BatchFeed feed, int rows, float rate, long step);

    /// <summary>What the oldest step gave whose result is not taken yet.</summary>
    StepResult End();
}
