using Anneal.Pipeline.Bench;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Golden;

/// <summary>Our networks of the cases in make_golden.py: those of <c>bench step</c>.</summary>
internal static class GoldenNetworks
{
    /// <summary>The cases that there are networks for.</summary>
    public static IEnumerable<string> Names => StepCases.All.Select(c => c.Name).Order(StringComparer.Ordinal);

    /// <summary>The network of a case.</summary>
    public static Network Of(string name) => new(StepCases.All.Single(c => c.Name == name).Layers);
}
