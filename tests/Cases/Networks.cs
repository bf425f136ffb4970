using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Cases;

/// <summary>Perceptrons to train in tests, and a problem that they can learn: the class is the place of the largest of the first inputs.</summary>
internal static class Networks
{
    public const string Input = "x";

    /// <summary>Dense layers with Relu and dropout between them, for classification; the features are the input as it is.</summary>
    public static TrainingGraphs Mlp(int features, int[] units, float dropout, UpdateSettings? settings = null, ulong seed = 7, Loss? loss = null)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input(Input, TensorType.Of(DType.Float, Dim.Of("N"), features)), "features");
        Graph identity = g.Build();
        var layers = new List<Layer>();
        for (int i = 0; i < units.Length; i++)
        {
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            bool isLast = i == units.Length - 1;
            layers.Add(new Layer.Dense("dense" + number, Origin.None, units[i], isLast ? Activation.Linear : Activation.Relu, true, Initializer.Auto));
            if (!isLast && dropout > 0)
            {
                layers.Add(new Layer.Dropout("dropout" + number, Origin.None, dropout));
            }
        }

        var target = new TargetSpec(LearningTask.Classification, units[^1]);
        return TrainingGraphs.Build(new Network(layers), identity, identity, loss is null ? target : target with { Loss = loss }, settings ?? Optimizer.Adam(), seed);
    }

    /// <summary>Two blocks of a transformer over sequences, for classification by the mean over time.</summary>
    public static TrainingGraphs Transformer(int length, int features, int classes, float dropout, Optimizer optimizer)
    {
        Graph sequences = Sequences(length, features);
        Layer[] layers =
        [
            new Layer.Dense("embedding", Origin.None, 12, Activation.Relu, true, Initializer.Auto),
            new Layer.Positions("positions", Origin.None),
            new Layer.TransformerEncoder("encoder1", Origin.None, 3, 10, dropout),
            new Layer.TransformerEncoder("encoder2", Origin.None, 2, 20, dropout),
            new Layer.MeanOverTime("mean", Origin.None),
            new Layer.Dense("dense", Origin.None, classes, Activation.Linear, true, Initializer.Auto),
        ];
        var target = new TargetSpec(LearningTask.Classification, classes);
        return TrainingGraphs.Build(new Network(layers), sequences, sequences, target, optimizer, 7);
    }

    /// <summary>A GRU both ways and an LSTM over sequences, for classification by the last step.</summary>
    public static TrainingGraphs Recurrent(int length, int features, int classes, float dropout, Optimizer optimizer)
    {
        Graph sequences = Sequences(length, features);
        Layer[] layers =
        [
            new Layer.Recurrent("gru", Origin.None, RecurrentKind.Gru, 12, ReturnSequences: true, Bidirectional: true, dropout),
            new Layer.Recurrent("lstm", Origin.None, RecurrentKind.Lstm, 16, ReturnSequences: false, Bidirectional: false, dropout),
            new Layer.Dense("dense", Origin.None, classes, Activation.Linear, true, Initializer.Auto),
        ];
        var target = new TargetSpec(LearningTask.Classification, classes);
        return TrainingGraphs.Build(new Network(layers), sequences, sequences, target, optimizer, 7);
    }

    /// <summary>Rows of the problem.</summary>
    public static (Tensor Features, Tensor Target) Rows(int rows, int features, int classes, int salt = 0)
    {
        Tensor x = Tensor.Zeros(DType.Float, rows, features);
        Tensor target = Tensor.Zeros(DType.Int64, rows);
        ulong key = CounterRandom.Key((ulong)salt, "tests/rows");
        for (int r = 0; r < rows; r++)
        {
            Span<float> row = x.Span<float>().Slice(r * features, features);
            for (int i = 0; i < features; i++)
            {
                row[i] = (CounterRandom.UInt32(key, (ulong)((r * features) + i)) / 2147483648f) - 1;
            }

            target.Span<long>()[r] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(row[..classes]);
        }

        return (x, target);
    }

    private static Graph Sequences(int length, int features)
    {
        var g = new GraphBuilder("features");
        Value rows = g.Input(Input, TensorType.Of(DType.Float, Dim.Of("N"), length * features));
        g.Output(g.Reshape(rows, -1, length, features), "features");
        return g.Build();
    }

    /// <summary>The feeds of a step in the order that a session wants them.</summary>
    public static Tensor[] Feeds(IGraphSession session, (Tensor Features, Tensor Target) rows, float rate, long step) =>
        [.. session.Feeds.Select(f => f.Name switch
        {
            Input => rows.Features,
            TrainingGraphs.TargetInput => rows.Target,
            TrainingGraphs.RateInput => Tensor.Scalar(rate),
            TrainingGraphs.StepInput => Tensor.Scalar(step),
            _ => throw new InvalidOperationException($"the step asks for '{f.Name}'"),
        })];
}
