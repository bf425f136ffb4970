using System.Reflection;

namespace Anneal.Tests.Architecture;

public sealed class DependencyTests
{
    private const string Onnx = "Anneal.Onnx";
    private const string Trainer = "Anneal.Trainer";
    private const string Exporter = "Anneal.Exporter";
    private const string Serving = "Anneal.Serving";

    [TestCase(Onnx)]
    [TestCase(Trainer, Onnx)]
    [TestCase(Exporter, Onnx)]
    [TestCase(Serving, Onnx)]
    [TestCase("anneal", Onnx, Trainer, Exporter, Serving)]
    public void Assembly_OfOurs_ReferencesOnlyTheLayerBelow(string name, params string[] allowed)
    {
        string[] ours = [.. ReferencesOf(name).Where(r => r.StartsWith("Anneal", StringComparison.OrdinalIgnoreCase))];

        Assert.That(ours, Is.SubsetOf(allowed));
    }

    [Test]
    public void OnnxRuntime_AmongOurAssemblies_IsKnownToServingOnly()
    {
        string[] users = [.. new[] { Onnx, Trainer, Exporter, Serving, "anneal" }.Where(a => ReferencesOf(a).Contains("Microsoft.ML.OnnxRuntime"))];

        Assert.That(users, Is.EqualTo(new[] { Serving }));
    }

    private static string[] ReferencesOf(string name) => [.. Assembly.Load(name).GetReferencedAssemblies().Select(r => r.Name!)];
}
