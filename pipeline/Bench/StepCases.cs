using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Bench;

/// <summary>The cases of <c>bench step</c>.</summary>
internal static class StepCases
{
    public static IReadOnlyList<StepCase> All { get; } =
    [
        new("mlp", 100, [784], Mlp(500, 500, 10), 10),
        new("mlp32", 32, [784], Mlp(500, 500, 10), 10),
        new("tabular", 32, [30], Mlp(64, 32, 2), 2),
        new("cnn", 64, [1, 28, 28], Cnn(), 10),
        new("resnet20", 64, [3, 32, 32], [.. Resnet20()], 10),
        new("lstm", 64, [28, 28], Lstm(), 10),
        new("transformer", 64, [28, 28], Transformer(), 10),
    ];

    private static Layer[] Mlp(params int[] units) =>
        [.. units.Select((n, i) => Dense(FormattableString.Invariant($"dense{i + 1}"), n, i < units.Length - 1 ? Activation.Relu : Activation.Linear))];

    private static Layer[] Cnn() =>
    [
        Conv("conv1", 32, 1, Activation.Relu, hasBias: true),
        new Layer.MaxPool("maxpool1", Origin.None, 2, 2, 0),
        Conv("conv2", 64, 1, Activation.Relu, hasBias: true),
        new Layer.MaxPool("maxpool2", Origin.None, 2, 2, 0),
        new Layer.Flatten("flatten", Origin.None),
        Dense("dense1", 128, Activation.Relu),
        Dense("dense2", 10, Activation.Linear),
    ];

    private static IEnumerable<Layer> Resnet20()
    {
        yield return Conv("conv0", 16, 1, Activation.Linear, hasBias: false);
        yield return Norm("norm0");
        yield return new Layer.Activate("relu0", Origin.None, Activation.Relu);
        foreach ((int filters, int from) in new[] { (16, 1), (32, 4), (64, 7) })
        {
            for (int block = from; block < from + 3; block++)
            {
                string name = FormattableString.Invariant($"block{block}");
                int stride = block == from && filters > 16 ? 2 : 1;
                Layer[] layers =
                [
                    Conv(name + ".conv1", filters, stride, Activation.Linear, hasBias: false),
                    Norm(name + ".norm1"),
                    new Layer.Activate(name + ".relu1", Origin.None, Activation.Relu),
                    Conv(name + ".conv2", filters, 1, Activation.Linear, hasBias: false),
                    Norm(name + ".norm2"),
                ];
                yield return new Layer.Residual(name, Origin.None, layers, Activation.Relu);
            }
        }

        yield return new Layer.GlobalAveragePool("pool", Origin.None);
        yield return new Layer.Flatten("flatten", Origin.None);
        yield return Dense("dense", 10, Activation.Linear);
    }

    private static Layer[] Lstm() =>
    [
        new Layer.Recurrent("lstm", Origin.None, RecurrentKind.Lstm, Units: 128, ReturnSequences: false, Bidirectional: false, Rate: 0),
        Dense("dense", 10, Activation.Linear),
    ];

    private static Layer[] Transformer() =>
    [
        Dense("embedding", 64, Activation.Linear),
        new Layer.TransformerEncoder("encoder1", Origin.None, Heads: 4, FeedForward: 128, Rate: 0),
        new Layer.TransformerEncoder("encoder2", Origin.None, Heads: 4, FeedForward: 128, Rate: 0),
        new Layer.MeanOverTime("mean", Origin.None),
        Dense("dense", 10, Activation.Linear),
    ];

    private static Layer.Dense Dense(string name, int units, Activation activation) =>
        new(name, Origin.None, units, activation, Bias: true, Initializer.Auto);

    private static Layer.Conv Conv(string name, int filters, int stride, Activation activation, bool hasBias) =>
        new(name, Origin.None, filters, Kernel: 3, stride, Padding: 1, Groups: 1, activation, hasBias, Initializer.Auto);

    private static Layer.BatchNorm Norm(string name) => new(name, Origin.None, Momentum: 0.9f, Epsilon: 1e-5f);
}
