using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report;

/// <summary>Writes <c>metrics.jsonl</c>: a line per logged step and per epoch. A resumed run drops the lines past its checkpoint first.</summary>
internal sealed class MetricsLog : ILoopObserver, IDisposable
{
    private readonly string _path;
    private readonly int _every;
    private StreamWriter? _writer;

    /// <summary>Prepares the log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="every">Steps between two logged ones.</param>
    public MetricsLog(string path, int every)
    {
        _path = path;
        _every = every;
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        if (step.Step % _every == 0)
        {
            WriteLine(JsonSerializer.Serialize(step, LoopJson.Default.StepRecord));
        }
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        switch (happened)
        {
            case LoopEvent.Started started:
                string[] kept = File.Exists(_path) ? [.. File.ReadLines(_path).TakeWhile(line => IsUpTo(line, started.State.Step))] : [];
                _writer?.Dispose();
                _writer = new StreamWriter(_path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
                foreach (string line in kept)
                {
                    WriteLine(line);
                }

                _writer.Flush();
                break;
            case LoopEvent.EpochDone done:
                WriteLine(JsonSerializer.Serialize(done.Record, LoopJson.Default.EpochRecord));
                _writer!.Flush();
                break;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _writer?.Dispose();

    // A kill may have cut the last line short: it and all after it are dropped.
    private static bool IsUpTo(string line, long step)
    {
        try
        {
            return JsonNode.Parse(line)?["step"]?.GetValue<long>() <= step;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void WriteLine(string line) => _writer!.WriteLine(line);
}
