using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Anneal.Pipeline.Report;

/// <summary>A file of JSON objects, a line each, that know their <c>step</c>; a resumed run goes on from its checkpoint's step.</summary>
/// <param name="path">The file.</param>
internal sealed class LineLog(string path) : IDisposable
{
    private StreamWriter? _writer;

    /// <summary>The lines of a log.</summary>
    /// <param name="path">The file; none when it is not there.</param>
    public static IEnumerable<string> Read(string path) => File.Exists(path) ? File.ReadLines(path) : [];

    /// <summary>Opens the file, and drops the lines past a step.</summary>
    /// <param name="step">The last step whose lines stay; 0 for none, since all is done anew.</param>
    public void Start(long step)
    {
        string[] kept = step == 0 ? [] : [.. Read(path).TakeWhile(line => IsUpTo(line, step))];
        _writer?.Dispose();
        _writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (string line in kept)
        {
            Write(line);
        }

        Flush();
    }

    /// <summary>Adds a line.</summary>
    public void Write(string line) => _writer!.WriteLine(line);

    /// <summary>Hands the lines to the system.</summary>
    public void Flush() => _writer!.Flush();

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
}
