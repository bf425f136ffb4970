using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Conformance;

/// <summary>The training steps of small networks that have every layer for images between them, on both engines.</summary>
public sealed class ConvStepTests
{
    private const int Batch = 6;
    private const int Steps = 4;
    private const int Classes = 3;
    private static readonly TrainingGraphs s_graphs = Build(Plain());
    private static readonly TrainingGraphs s_branched = Build(Branched());

    [Test]
    public void Step_SimdAgainstOnnxRuntime_SameLossesAndState([Values] bool isBranched)
    {
        TrainingGraphs graphs = isBranched ? s_branched : s_graphs;
        using var simd = new SimdRunner(2);
        (float[] losses, Dictionary<string, Tensor> state) = Train(simd, graphs);
        (float[] expectedLosses, Dictionary<string, Tensor> expectedState) = Train(new OrtRunner(new OrtOptions { Threads = 1 }), graphs);

        Assert.That(losses, Is.EqualTo(expectedLosses).Within(2e-5));
        foreach ((string name, Tensor value) in state)
        {
            Compare.Close(value, expectedState[name], 2e-4, name);
        }
    }

    [Test]
    public void Step_OneAgainstThreeThreads_SameBits([Values] bool isBranched)
    {
        TrainingGraphs graphs = isBranched ? s_branched : s_graphs;
        using var one = new SimdRunner(1);
        using var three = new SimdRunner(3);
        (float[] losses, Dictionary<string, Tensor> state) = Train(one, graphs);
        (float[] otherLosses, Dictionary<string, Tensor> otherState) = Train(three, graphs);

        Assert.That(otherLosses, Is.EqualTo(losses));
        foreach ((string name, Tensor value) in state)
        {
            Compare.Same(otherState[name], value, name);
        }
    }

    [Test]
    public void Step_RunningStatistics_MoveTowardsTheBatch()
    {
        using var simd = new SimdRunner(1);
        (_, Dictionary<string, Tensor> state) = Train(simd, s_graphs);

        Assert.That(s_graphs.Parameters.Where(p => !p.IsTrained).Select(p => p.Name), Does.Contain("norm1.mean").And.Contain("norm1.var"));
        Assert.That(state["norm1.mean"].Span<float>().ToArray(), Is.All.Not.Zero);
        Assert.That(state.Keys, Does.Not.Contain("norm1.mean.m"));
    }

    [Test]
    public void Plan_ReluOfConvolutionAndNorm_IsFused()
    {
        string[] ops = [.. PlanPasses.Apply(s_graphs.Step.Graph).Nodes.Select(n => n.OpType)];

        Assert.That(ops, Does.Contain("ConvRelu").And.Contain("BatchNormTrainRelu").And.Contain("BatchNormReluGrad").And.Contain("ReluGrad"));
        Assert.That(ops, Does.Contain("BatchNormTrainAddRelu").And.Contain("BatchNormAddReluGrad"), "the residual's, which follows a sum");
        Assert.That(ops, Does.Not.Contain("Relu"));
        Assert.That(ops, Does.Not.Contain("Greater"));
    }

    private static (float[] Losses, Dictionary<string, Tensor> State) Train(IGraphRunner runner, TrainingGraphs graphs)
    {
        IReadOnlyList<StateBinding> bindings = graphs.StepState();
        using IGraphSession session = runner.Open(graphs.Step, bindings);
        var fetches = new Tensor?[session.Fetches.Count];
        int loss = session.Fetches.Select(f => f.Name).ToList().IndexOf("loss");
        var losses = new float[Steps];
        for (int step = 1; step <= Steps; step++)
        {
            Tensor[] feeds = [.. session.Feeds.Select(f => Feed(f.Name, step))];
            session.Run(feeds, fetches);
            losses[step - 1] = fetches[loss]!.Span<float>()[0];
        }

        return (losses, bindings.ToDictionary(b => b.Input, b => session.ReadState(b.Input)));
    }

    private static Tensor Feed(string name, int step) => name switch
    {
        "x" => Tensor.Of<float>([Batch, 10, 10], [.. Sample.Real([Batch, 10, 10], salt: step).Span<double>().ToArray().Select(v => (float)v)]),
        TrainingGraphs.TargetInput => Sample.Whole([Batch], Classes, salt: step),
        TrainingGraphs.RateInput => Tensor.Scalar(1e-2f),
        TrainingGraphs.StepInput => Tensor.Scalar((long)step),
        _ => throw new InvalidOperationException(name),
    };

    private static TrainingGraphs Build(Layer[] layers)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Node("Identity", [g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 10, 10))]), "features");
        Graph identity = g.Build();
        return TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, Classes), Optimizer.Adam(), 3);
    }

    private static Layer[] Branched() =>
    [
        Conv("conv1", 8, 1, Activation.Swish),
        new Layer.Residual("residual1", Origin.None, [Conv("conv2", 12, 2, Activation.Gelu)], Activation.Relu, Shortcut.Pad),
        new Layer.GroupNorm("group_norm1", Origin.None, 3, 1e-5f),
        new Layer.Branches(
            "concat1",
            Origin.None,
            [
                new Branch("input", []),
                new Branch("grown", [new Layer.ConvTranspose("up1", Origin.None, 6, 3, 2, null, 1, Activation.Elu, true, Initializer.Auto), new Layer.MaxPool("maxpool1", Origin.None, 2, 2, 0)]),
            ],
            IsSum: false),
        new Layer.Branches(
            "add1",
            Origin.None,
            [
                new Branch("pooled", [new Layer.GlobalMaxPool("pool", Origin.None), new Layer.Flatten("flatten1", Origin.None), Dense("dense1", 7, Activation.Mish)]),
                new Branch("ids", [
                    new Layer.Flatten("flatten2", Origin.None),
                    new Layer.Slice("slice1", Origin.None, 1, 3, 8),
                    new Layer.Activate("sigmoid1", Origin.None, Activation.Sigmoid),
                    new Layer.Embedding("embedding1", Origin.None, 4, 7, Initializer.Orthogonal),
                    new Layer.MeanOverTime("mean1", Origin.None)]),
            ],
            IsSum: true),
        Dense("dense2", Classes, Activation.Linear),
    ];

    private static Layer.Dense Dense(string name, int units, Activation activation) => new(name, Origin.None, units, activation, true, Initializer.Auto);

    private static Layer[] Plain() =>
    [
        Conv("conv1", 8, 1, Activation.Relu),
        new Layer.MaxPool("maxpool1", Origin.None, 2, 2, 0),
        Conv("conv2", 12, 2, Activation.Linear),
        new Layer.BatchNorm("norm1", Origin.None, 0.9f, 1e-5f),
        new Layer.Activate("relu1", Origin.None, Activation.Relu),
        new Layer.Residual(
            "residual1",
            Origin.None,
            [Conv("conv3", 16, 1, Activation.Linear), new Layer.BatchNorm("norm2", Origin.None, 0.9f, 1e-5f)],
            Activation.Relu),
        new Layer.Dropout("dropout1", Origin.None, 0.3f),
        new Layer.AveragePool("avgpool1", Origin.None, 2, 1, 0),
        new Layer.GlobalAveragePool("pool", Origin.None),
        new Layer.Flatten("flatten", Origin.None),
        Dense("dense1", Classes, Activation.Linear),
    ];

    // A bias before a batch normalisation has a gradient of rounding errors, which Adam makes as large as any other.
    private static Layer.Conv Conv(string name, int filters, int stride, Activation activation) =>
        new(name, Origin.None, filters, 3, stride, null, 1, activation, activation != Activation.Linear, Initializer.Auto);
}
