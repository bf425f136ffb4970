using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>What a binding collects: errors, where each path was written, and which required values it lacks.</summary>
internal sealed class BindContext(List<Diagnostic> diagnostics, string pipeline)
{
    private readonly string _prefix = $"pipelines.{pipeline}.";

    public Dictionary<string, (Origin Key, Origin Value)> Origins { get; } = new(StringComparer.Ordinal);

    public List<string> Incomplete { get; } = [];

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public void Found(string path, Origin key, Origin value) => Origins[Relative(path)] = (key, value);

    public void Error(Origin at, string path, string message) =>
        diagnostics.Add(new Diagnostic(at.File, at.Line, at.Column, Relative(path), message));

    public bool Mismatch(YamlNode node, string path, string expected, string hint = "")
    {
        Error(node.Origin, path, $"expected {expected}, found {node.Describe()}{hint}");
        return false;
    }

    public void Unfilled(string path) => Incomplete.Add(Relative(path));

    /// <summary>Paths inside the chosen pipeline start there.</summary>
    public string Relative(string path) => path.StartsWith(_prefix, StringComparison.Ordinal) ? path[_prefix.Length..] : path;
}
