using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report;

/// <summary>Tells on standard error what a run does.</summary>
internal sealed class ConsoleRunOutput : IRunOutput
{
    private readonly ProgressReporter _progress = ProgressReporter.OnStandardError();

    public ILoopObserver Progress => _progress;

    public void Line(string text) => _progress.Line(text);

    public void Warn(string text) => _progress.Line("warning: " + text);
}
