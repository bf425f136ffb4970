using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Anneal.Pipeline.Commands;

/// <summary>Where a command writes: with <c>--json</c>, standard output carries the result's one line and nothing else.</summary>
internal sealed class CommandOutput(bool json)
{
    /// <summary>Tables and text that answer the command.</summary>
    public TextWriter Text { get; } = json ? Console.Error : Console.Out;

    /// <summary>Progress, warnings and errors.</summary>
    public void Message(string text) => Console.Error.WriteLine(text);

    /// <summary>Writes the result as one line of JSON where that was asked for. Called once, last.</summary>
    public void Result<T>(T result, JsonTypeInfo<T> type)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
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
