using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Keeps what a run says and warns of, and shows nothing.</summary>
internal sealed class QuietRun : IRunOutput
{
    public List<string> Lines { get; } = [];

    public List<string> Warnings { get; } = [];

    public ILoopObserver Progress { get; } = new Observers();

    public void Line(string text) => Lines.Add(text);

    public void Warn(string text) => Warnings.Add(text);
}
