using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Bench;

/// <summary>A training step whose speed is compared between engines and with other libraries: an Adam step on softmax cross-entropy.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Row">The sizes of a row.</param>
/// <param name="Layers">The layers.</param>
/// <param name="Classes">The last layer's outputs.</param>
internal sealed record StepCase(string Name, int Batch, IReadOnlyList<int> Row, IReadOnlyList<Layer> Layers, int Classes)
{
    private const ulong Seed = 0;
    private const int TargetBound = 2;

    /// <summary>The name of the features' input.</summary>
    public const string Input = "x";

    /// <summary>The learning rate.</summary>
    public const float Rate = 1e-3f;

    public TrainingGraphs Build()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Node("Identity", [g.Input(Input, TensorType.Of(DType.Float, [Dim.Of("N"), .. Row.Select(Dim.Of)]))]), "features");
        Graph identity = g.Build();
        return TrainingGraphs.Build(
            new Network(Layers), identity, identity, new TargetSpec(LearningTask.Classification, Classes), Optimizer.Adam(), Seed);
    }

    /// <summary>Normal features.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="number">Which draw.</param>
    /// <returns>float [rows, ...].</returns>
    public Tensor Features(int rows, int number)
    {
        var tensor = Tensor.Zeros(DType.Float, [rows, .. Row]);
        Span<float> values = tensor.Span<float>();
        ulong key = CounterRandom.Key((ulong)number, "bench/features");
        for (int i = 0; i < values.Length; i++)
        {
            // Box and Muller's transform.
            double u = (CounterRandom.UInt32(key, 2 * (ulong)i) + 1.0) / 4294967296.0;
            double angle = 2 * Math.PI * (CounterRandom.UInt32(key, (2 * (ulong)i) + 1) / 4294967296.0);
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(angle));
        }

        return tensor;
    }

    /// <summary>Random classes.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="number">Which draw.</param>
    /// <returns>int64 [rows].</returns>
    public static Tensor Targets(int rows, int number)
    {
        var tensor = Tensor.Zeros(DType.Int64, rows);
        Span<long> values = tensor.Span<long>();
        ulong key = CounterRandom.Key((ulong)number, "bench/targets");
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = CounterRandom.UInt32(key, (ulong)i) % TargetBound;
        }

        return tensor;
    }
}
