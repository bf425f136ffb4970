using Anneal.Trainer.Loop;

namespace Anneal.Tests.Loop;

/// <summary>Keeps what a loop reports, and may ask it to stop after a step.</summary>
internal sealed class LoopTrace : ILoopObserver
{
    public List<StepRecord> Steps { get; } = new(1024);

    public List<LoopEvent> Events { get; } = [];

    public IEnumerable<LoopEvent.EpochDone> Epochs => Events.OfType<LoopEvent.EpochDone>();

    public long StopAfter { get; init; }

    public CancellationTokenSource Cancel { get; } = new();

    public void OnStep(in StepRecord step)
    {
        Steps.Add(step);
        if (step.Step == StopAfter)
        {
            Cancel.Cancel();
        }
    }

    public void On(LoopEvent happened) => Events.Add(happened);
}
