using System.Text.RegularExpressions;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Checks;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Tests.Pipeline.Config;

namespace Anneal.Tests.Docs;

public sealed partial class PipelinesDocsTests
{
    private static readonly string s_example = Example().Match(Repository.Read("README.md")).Groups[1].Value;

    private static IEnumerable<string> ExamplePipelines() => Names(s_example);

    private static IEnumerable<string> OwnPipelines() => Names(Repository.Read("pipelines.yaml"));

    private static IEnumerable<string> Names(string yaml) => Name().Matches(yaml).Select(m => m.Groups[1].Value);

    [TestCaseSource(nameof(ExamplePipelines))]
    public void ReadmeExample_WithItsFilesThere_Loads(string pipeline)
    {
        using var data = new DataFolder([.. DataFile().Matches(s_example).Select(m => m.Value)]);

        LoadedConfig config = ConfigLoader.Parse(s_example, "README.md", [data.Path], pipeline);

        Assert.That(config.Name, Is.EqualTo(pipeline));
    }

    [Test]
    public void ReadmeExample_KeysOfTheRecords_AreAllShown()
    {
        string[] keys = [.. typeof(PipelinesFile).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(PipelinesFile).Namespace && !t.IsEnum)
            .SelectMany(t => t.GetCustomAttributes(typeof(KeyAttribute), false).Concat(t.GetProperties().SelectMany(p => p.GetCustomAttributes(typeof(KeyAttribute), false))))
            .Select(k => ((KeyAttribute)k).Name)
            .Distinct()];

        string[] missing = [.. keys.Where(k => !Regex.IsMatch(s_example, $@"\b{k}\b"))];

        Assert.That(missing, Is.Empty);
    }

    [TestCaseSource(nameof(OwnPipelines))]
    public void OwnPipelines_WhoseDataIsThere_Load(string pipeline)
    {
        try
        {
            LoadedConfig config = ConfigLoader.Load(Repository.PathOf("pipelines.yaml"), pipeline, validators: [new CheckModelShapes()]);
            Assert.That(config.Name, Is.EqualTo(pipeline));
        }
        catch (ConfigException e) when (e.Diagnostics.All(d => d.Message.StartsWith("no such file", StringComparison.Ordinal)))
        {
            Assert.Ignore($"the data of '{pipeline}' is not here");
        }
    }

    [Test]
    public void Load_AnotherPipelinesFilesAreMissing_IsNoError()
    {
        using var folder = new TempFolder();
        string path = folder.Write("pipelines.yaml", ConfigText.Smallest + """

              absent:
                task: classification
                data: {train: {idx: {features: no-such.gz, labels: no-such-either.gz}}}
                model: {mlp: [8]}
            """);

        Assert.That(ConfigLoader.Load(path).Name, Is.EqualTo("digits"));
        Assert.That(Assert.Throws<ConfigException>(() => ConfigLoader.Load(path, "absent"))!.Message, Does.Contain("no such file: 'no-such.gz'").And.Contain("no such file: 'no-such-either.gz'"));
    }

    [GeneratedRegex(@"```yaml\n(version: 1.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^  ([a-z][a-z0-9-]*):", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"[A-Za-z0-9-]+\.(gz|csv|npy|zip|onnx)\b")]
    private static partial Regex DataFile();
}
