namespace Anneal.Pipeline.Config;

/// <summary>One error in a configuration. <c>Line</c> and <c>Column</c> count from 1; 0 when the value came from <c>--set</c>.</summary>
internal sealed record Diagnostic(string File, int Line, int Column, string Path, string Message)
{
    public override string ToString()
    {
        string place = new Origin(File, Line, Column).ToString();
        return Path.Length == 0 ? $"{place}: {Message}" : $"{place} {Path}: {Message}";
    }
}
