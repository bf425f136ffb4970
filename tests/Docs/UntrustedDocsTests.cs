using System.Globalization;
using System.Text.RegularExpressions;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Tests.Docs;

public sealed partial class UntrustedDocsTests
{
    [Test]
    public void Limits_OfTheDocs_AreThoseOfTheCode()
    {
        Dictionary<string, string> described = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "untrusted.md")))
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Dictionary<string, string> limits = typeof(ModelLimits).GetProperties().Where(p => p.SetMethod is { IsPublic: true } && p.Name != nameof(ModelLimits.Default))
            .ToDictionary(p => p.Name, p => Convert.ToString(p.GetValue(ModelLimits.Default), CultureInfo.InvariantCulture)!);

        Assert.That(described, Is.EquivalentTo(limits));
    }

    [GeneratedRegex(@"^\| `(\w+)` \| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
