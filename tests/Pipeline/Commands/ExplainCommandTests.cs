using System.Text.Json;
using Anneal.Tests.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Commands;

internal sealed class ExplainCommandTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public void Write()
    {
        _folder = Directory.CreateTempSubdirectory("anneal-explain-").FullName;
        File.WriteAllText(Path.Combine(_folder, "pipelines.yaml"), ConfigText.Smallest);
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Explain_Key_ShowsValueAndOrigin()
    {
        Tool tool = Tool.RunIn(_folder, "explain", "digits", "model", "--json");

        JsonElement[] values = [.. tool.Json.GetProperty("values").EnumerateArray()];
        Assert.That(values, Is.Not.Empty);
        Assert.That(values.Select(v => v.GetProperty("path").GetString()), Has.All.StartsWith("model"));
        Assert.That(values.Select(v => v.GetProperty("origin").GetString()), Has.Some.StartsWith("pipelines.yaml:6:"));
        Assert.That(tool.Error, Does.Contain("KEY"));
        Assert.That(tool.ExitCode, Is.Zero);
    }

    [Test]
    public void Explain_SetValue_NamesTheOption()
    {
        Tool tool = Tool.RunIn(_folder, "explain", "train.epochs", "--set", "train.epochs=3");

        Assert.That(tool.Output, Does.Match(@"train\.epochs\s+3\s+--set"));
        Assert.That(tool.ExitCode, Is.Zero);
    }

    [Test]
    public void Explain_UnknownKey_SuggestsTheNearest()
    {
        Tool tool = Tool.RunIn(_folder, "explain", "digits", "train.epoch");

        Assert.That(tool.Error, Does.Contain("pipeline 'digits' has no key 'train.epoch'; did you mean 'train.epochs'?"));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public void Explain_BadConfiguration_ListsEveryErrorByPosition()
    {
        string file = Path.Combine(_folder, "bad.yaml");
        File.WriteAllText(file, ConfigText.Smallest + "\n    train: {epochs: -1, optimzer: adam}\n");

        Tool tool = Tool.RunIn(_folder, "explain", "--file", "bad.yaml", "--json");

        JsonElement error = tool.Json.GetProperty("error");
        Assert.That(error.GetProperty("code").GetInt32(), Is.EqualTo(2));
        JsonElement[] diagnostics = [.. error.GetProperty("diagnostics").EnumerateArray()];
        Assert.That(diagnostics.Select(d => d.GetProperty("line").GetInt32()), Is.EqualTo(new[] { 7, 7 }));
        Assert.That(tool.Error, Does.Contain("did you mean 'optimizer'?"));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public void Schema_WithAndWithoutJson_IsTheSameDocument()
    {
        JsonElement indented = JsonDocument.Parse(Tool.Run("schema").Output).RootElement;
        JsonElement line = Tool.Run("schema", "--json").Json;

        Assert.That(JsonElement.DeepEquals(indented, line));
        Assert.That(line.GetProperty("$schema").GetString(), Does.Contain("2020-12"));
    }
}
