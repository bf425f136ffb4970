using Anneal.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Config;

/// <summary>Configurations to load in tests, and what loading them says.</summary>
internal static class ConfigText
{
    public const string Smallest = """
        version: 1
        pipelines:
          digits:
            task: classification
            data: {dataset: mnist}
            model: {mlp: [500, 500]}
        """;

    public static string Pipeline(string body) => "version: 1\npipelines:\n  p:\n    " + body.ReplaceLineEndings("\n").Replace("\n", "\n    ", StringComparison.Ordinal);

    public static LoadedConfig Load(string text, params string[] sets) => ConfigLoader.Parse(text, "pipelines.yaml", [Path.GetTempPath()], sets: sets);

    /// <summary>A configuration of any task, on a table.</summary>
    public static LoadedConfig LoadTable(string task, params string[] sets)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["t.csv"], "x,y,z\n0.5,0,1\n");
        string data = task switch
        {
            "multilabel" => "columns: {x: number, y: number, z: number}}}, labels: [y, z]}",
            "regression" => "columns: {x: number, y: number}}}, label: y}",
            _ => "columns: {x: number, y: category}}}, label: y}",
        };
        return ConfigLoader.Parse(Pipeline($"task: {task}\ndata: {{train: {{csv: {{path: t.csv, {data}\nmodel: {{mlp: [5]}}"), "pipelines.yaml", [folder[""]], sets: sets);
    }

    /// <summary>One line for each error.</summary>
    public static string Errors(string text, params string[] sets)
    {
        ConfigException? failure = Assert.Throws<ConfigException>(() => Load(text, sets));
        return failure!.Message;
    }
}
