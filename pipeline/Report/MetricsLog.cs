using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report;

/// <summary>Writes <c>metrics.jsonl</c>: a line per logged step, per epoch, and for a step whose loss is not finite. A resumed run drops the lines past its checkpoint first.</summary>
/// <param name="path">The file.</param>
/// <param name="every">Steps between two logged ones.</param>
internal sealed class MetricsLog(string path, int every) : ILoopObserver, IDisposable
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "metrics.jsonl";

    private readonly LineLog _log = new(path);

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file; it need not be there.</param>
    /// <returns>The logged steps and the epochs, in order.</returns>
    public static (IReadOnlyList<StepRecord> Steps, IReadOnlyList<EpochRecord> Epochs) Read(string path)
    {
        var steps = new List<StepRecord>();
        var epochs = new List<EpochRecord>();
        foreach (string line in LineLog.Read(path))
        {
            if (JsonNode.Parse(line)?["step_in_epoch"] is null)
            {
                epochs.Add(JsonSerializer.Deserialize(line, LoopJson.Default.EpochRecord)!);
            }
            else
            {
                steps.Add(JsonSerializer.Deserialize(line, LoopJson.Default.StepRecord));
            }
        }

        return (steps, epochs);
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        if (step.Step % every == 0)
        {
            _log.Write(JsonSerializer.Serialize(step, LoopJson.Default.StepRecord));
        }
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        switch (happened)
        {
            case LoopEvent.Started started:
                _log.Start(started.State.Step);
                break;
            case LoopEvent.Diverged diverged:
                _log.Write(JsonSerializer.Serialize(diverged.Step, LoopJson.Default.StepRecord));
                _log.Flush();
                break;
            case LoopEvent.EpochDone done:
                _log.Write(JsonSerializer.Serialize(done.Record, LoopJson.Default.EpochRecord));
                _log.Flush();
                break;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _log.Dispose();
}
