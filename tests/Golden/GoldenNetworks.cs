using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Golden;

/// <summary>Our networks of the cases in make_golden.py.</summary>
internal static class GoldenNetworks
{
    private static readonly Dictionary<string, Func<Network>> s_networks = new(StringComparer.Ordinal)
    {
        ["lstm"] = Lstm,
        ["mlp"] = () => Mlp(500, 500, 10),
        ["mlp32"] = () => Mlp(500, 500, 10),
        ["tabular"] = () => Mlp(64, 32, 2),
    };

    /// <summary>The cases that there are networks for.</summary>
    public static IEnumerable<string> Names => s_networks.Keys.Order(StringComparer.Ordinal);

    /// <summary>The network of a case.</summary>
    public static Network Of(string name) => s_networks[name]();

    private static Network Lstm() => new(
    [
        new Layer.Recurrent("lstm", Origin.None, RecurrentKind.Lstm, 128, ReturnSequences: false, Bidirectional: false, Rate: 0),
        new Layer.Dense("dense", Origin.None, 10, Activation.Linear, Bias: true, Initializer.Zeros),
    ]);

    private static Network Mlp(params int[] units) => new(
    [
        .. units.Select((n, i) => new Layer.Dense(
            "dense" + (i + 1).ToString(CultureInfo.InvariantCulture),
            Origin.None,
            n,
            i < units.Length - 1 ? Activation.Relu : Activation.Linear,
            Bias: true,
            Initializer.Zeros)),
    ]);
}
