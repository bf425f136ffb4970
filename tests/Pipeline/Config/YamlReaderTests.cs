using System.Diagnostics;
using System.Text;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class YamlReaderTests
{
    [TestCase("a: 1\nb: {c: 1, c: 2}", "2:11 b.c: duplicate key; already given at line 2")]
    [TestCase("a: 1\n---\nb: 2", "2:1: more than one document; a file holds one")]
    [TestCase("a: *x", "1:4: alias '*x' has no anchor before it")]
    [TestCase("a: &x [*x]", "1:8: alias '*x' stands inside its own anchor")]
    [TestCase("a: !!str 5", "1:4: tag 'tag:yaml.org,2002:str' is not accepted; tags have no meaning here")]
    [TestCase("[1]: 2", "1:1: a key must be plain text")]
    public void Read_WhatConfigurationsDoNotUse_IsRefused(string text, string expected)
    {
        Assert.That(Problems(text), Is.EqualTo("f.yaml:" + expected));
    }

    [TestCase("a: [1, 2", "f.yaml:2:1: not valid YAML: ")]
    [TestCase("a:\n\t- 1", "f.yaml:2:1: not valid YAML: ")]
    [TestCase("a: {b: c\nd: e", "f.yaml:1:4: not valid YAML: the map that starts here has no end")]
    [TestCase("a: 'b", "f.yaml:1:4: not valid YAML: ")]
    [TestCase("a: b: c", "f.yaml:1:5: not valid YAML: ")]
    [TestCase("}", "f.yaml:1:1: not valid YAML: ")]
    public void Read_WrongSyntax_GivesThePosition(string text, string start)
    {
        Assert.That(Problems(text), Does.StartWith(start).And.Contains("not valid YAML"));
    }

    [Test]
    public void Read_HostileText_IsRefusedInTime()
    {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            laughs.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        }

        string block = string.Concat(Enumerable.Range(0, 1000).Select(i => new string(' ', i) + "a:\n"));

        Assert.That(Problems(new string('[', 10_000)), Is.EqualTo("f.yaml:1:65: more than 64 levels of nesting"));
        Assert.That(Problems(string.Concat(Enumerable.Repeat("{a: ", 10_000))), Does.EndWith("more than 64 levels of nesting"));
        Assert.That(Problems(string.Concat(Enumerable.Repeat("- ", 10_000))), Does.EndWith("more than 64 levels of nesting"));
        Assert.That(Problems(block), Is.EqualTo("f.yaml:65:65: more than 64 levels of nesting"));
        Assert.That(Problems(laughs.ToString()), Does.Match(@"^f\.yaml:5:\d+: alias '\*a3' expands the file to more than 50000 values$"));
        Assert.That(Problems("a: [" + string.Concat(Enumerable.Repeat("1, ", 300_000)) + "]"), Does.EndWith("more than 50000 values"));
        Assert.That(Problems(string.Concat(Enumerable.Repeat("a: 1\n", 20_000))), Does.StartWith("f.yaml:2:1 a: duplicate key; already given at line 1"));
        Assert.That(Problems("a: " + new string('x', 1_000_000)), Is.Empty);
        Assert.That(Problems("? " + new string('x', 100_000)), Is.Empty);
    }

    [Test]
    public void Read_DeepAliases_CountTheLevelsBelow()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 70; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}]\n");
        }

        Assert.That(Problems(text.ToString()), Is.EqualTo("f.yaml:64:12: alias '*a62' expands to more than 64 levels of nesting"));
    }

    private static string Problems(string text)
    {
        var problems = new List<Anneal.Pipeline.Config.Diagnostic>();
        var watch = Stopwatch.StartNew();
        YamlNode? root = YamlReader.Read(text, "f.yaml", problems);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        Assert.That(root is null || problems.All(p => p.Message.StartsWith("duplicate", StringComparison.Ordinal)), "a root comes with no fatal problem");
        return string.Join('\n', problems);
    }
}
