namespace Anneal.Pipeline.Config;

/// <summary>Every error found in a configuration, sorted by position. The message has one line for each.</summary>
internal sealed class ConfigException(IReadOnlyList<Diagnostic> diagnostics) : Exception(Describe(diagnostics))
{
    private const int Shown = 50;

    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;

    private static string Describe(IReadOnlyList<Diagnostic> diagnostics)
    {
        string text = string.Join('\n', diagnostics.Take(Shown));
        return diagnostics.Count > Shown ? $"{text}\nand {diagnostics.Count - Shown} more" : text;
    }
}
