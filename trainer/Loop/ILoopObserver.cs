namespace Anneal.Trainer.Loop;

/// <summary>Watches a run.</summary>
public interface ILoopObserver
{
    /// <summary>Called after every step; must not allocate where steps are short.</summary>
    /// <param name="step">The step.</param>
    void OnStep(in StepRecord step);

    /// <summary>Called for everything that is rarer than a step.</summary>
    /// <param name="happened">What happened.</param>
    void On(LoopEvent happened);
}
