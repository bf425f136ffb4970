using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Runs;

/// <summary>Where a run tells what it does.</summary>
internal interface IRunOutput
{
    /// <summary>Shows the training's progress.</summary>
    ILoopObserver Progress { get; }

    /// <summary>Prints a line.</summary>
    /// <param name="text">The line.</param>
    void Line(string text);

    /// <summary>Prints a warning.</summary>
    /// <param name="text">The line.</param>
    void Warn(string text);
}
