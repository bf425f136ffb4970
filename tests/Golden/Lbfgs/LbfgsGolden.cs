using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Golden.Lbfgs;

/// <summary>The file that make_lbfgs.py wrote: what PyTorch's L-BFGS computed, step by step.</summary>
/// <param name="History">Pairs that are kept.</param>
/// <param name="Evaluations">Losses that one line search may ask for.</param>
/// <param name="Rows">Rows of the network's one batch.</param>
/// <param name="Units">The network's width from layer to layer, its inputs first.</param>
/// <param name="Salt">Makes the network's numbers its own.</param>
/// <param name="Runs">The runs.</param>
internal sealed record LbfgsGolden(int History, int Evaluations, int Rows, int[] Units, uint Salt, IReadOnlyList<LbfgsGolden.Trajectory> Runs)
{
    private const int FeatureStream = 1000;
    private const int TargetStream = 2000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>A run.</summary>
    /// <param name="Name">The problem.</param>
    /// <param name="Rate">The first length that a line search tries.</param>
    /// <param name="Curvature">c₂ of the strong Wolfe conditions.</param>
    /// <param name="First">Where it starts.</param>
    /// <param name="Steps">The steps.</param>
    public sealed record Trajectory(string Name, double Rate, double Curvature, double[] First, IReadOnlyList<Taken> Steps);

    /// <summary>A step.</summary>
    /// <param name="Loss">The loss before it.</param>
    /// <param name="Evaluations">The losses that its line search asked for.</param>
    /// <param name="Weights">The weights after it.</param>
    public sealed record Taken(double Loss, int Evaluations, double[] Weights);

    public static LbfgsGolden Read() => JsonSerializer.Deserialize<LbfgsGolden>(Repository.Read("tests/Golden/Lbfgs/lbfgs.json"), s_json)!;

    public Trainer.Optimizers.Lbfgs Settings(Trajectory run) => new(History, Evaluations, Curvature: run.Curvature);

    /// <summary>The network with the file's first weights.</summary>
    public TrainingGraphs Network(Optimizer optimizer)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), Units[0])), "features");
        Graph identity = g.Build();
        Layer[] layers =
        [
            new Layer.Dense("dense1", Origin.None, Units[1], Activation.Tanh, true, Initializer.Auto),
            new Layer.Dense("dense2", Origin.None, Units[2], Activation.Linear, true, Initializer.Auto),
        ];
        TrainingGraphs graphs = TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, Units[^1]), optimizer, 0);
        ReadOnlySpan<double> first = Runs.First(r => r.Name == "network").First;
        foreach (Parameter parameter in graphs.Parameters)
        {
            Span<float> values = parameter.Initial.Span<float>();
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(first[..values.Length], values);
            first = first[values.Length..];
        }

        return graphs;
    }

    /// <summary>The network's rows.</summary>
    public RowSet Batch() => new(
        [GoldenNumbers.Real(Salt, FeatureStream, [Rows, Units[0]], offset: 0, scale: 1)],
        Tensor.Vector<long>([.. Enumerable.Range(0, Rows).Select(i => (long)(GoldenNumbers.Word(Salt, TargetStream, i) % (uint)Units[^1]))]),
        [.. Enumerable.Range(0, Rows)]);
}
