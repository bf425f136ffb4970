using System.Text.Json;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report;

/// <summary>Writes <c>monitors.jsonl</c>: a line per look into the model.</summary>
/// <param name="path">The file.</param>
internal sealed class MonitorLog(string path) : ILoopObserver, IDisposable
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "monitors.jsonl";

    private readonly LineLog _log = new(path);

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file; it need not be there.</param>
    /// <returns>The looks, in order.</returns>
    public static IReadOnlyList<MonitorRecord> Read(string path) =>
        [.. LineLog.Read(path).Select(line => JsonSerializer.Deserialize(line, MonitorJson.Default.MonitorRecord)).OfType<MonitorRecord>()];

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        switch (happened)
        {
            case LoopEvent.Started started:
                _log.Start(started.State.Step);
                break;
            case LoopEvent.Monitored monitored:
                _log.Write(JsonSerializer.Serialize(monitored.Record, MonitorJson.Default.MonitorRecord));
                _log.Flush();
                break;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _log.Dispose();
}
