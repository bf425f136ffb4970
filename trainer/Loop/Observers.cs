namespace Anneal.Trainer.Loop;

/// <summary>Passes everything on to several observers, in order.</summary>
/// <param name="observers">The observers.</param>
public sealed class Observers(params ILoopObserver[] observers) : ILoopObserver
{
    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        foreach (ILoopObserver observer in observers)
        {
            observer.OnStep(step);
        }
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        foreach (ILoopObserver observer in observers)
        {
            observer.On(happened);
        }
    }
}
