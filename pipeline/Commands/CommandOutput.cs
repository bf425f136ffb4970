using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Anneal.Pipeline.Commands;

/// <summary>Where a command writes: with <c>--json</c>, standard output carries the result's one line and nothing else.</summary>
internal sealed class CommandOutput(bool json)
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Tables and text that answer the command.</summary>
    public TextWriter Text { get; } = json ? Console.Error : Console.Out;

    /// <summary>Progress, warnings and errors.</summary>
    public void Message(string text) => Console.Error.WriteLine(text);

    /// <summary>Writes the result as one line of JSON where that was asked for. Called once, last.</summary>
    public void Result<T>(T result, JsonTypeInfo<T> type)
    {
        if (json)
        {
            var line = new MemoryStream();
            using (var writer = new Utf8JsonWriter(line, s_plain))
            {
                JsonSerializer.Serialize(writer, result, type);
            }

            Result(Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length)));
        }
    }

    /// <summary>As <see cref="Result{T}"/>, of text that is JSON already.</summary>
    public void Result(string line)
    {
        if (json)
        {
            Console.Out.WriteLine(line);
        }
    }
}
