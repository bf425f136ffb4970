using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Conformance;

/// <summary>The training step of a small network with every layer for images, on both engines.</summary>
public sealed class ConvStepTests
{
    private const int Batch = 6;
    private const int Steps = 4;
    private const int Classes = 3;
    private static readonly TrainingGraphs s_graphs = Build();

    [Test]
    public void Step_SimdAgainstOnnxRuntime_SameLossesAndState()
    {
        using var simd = new SimdRunner(2);
        (float[] losses, Dictionary<string, Tensor> state) = Train(simd);
        (float[] expectedLosses, Dictionary<string, Tensor> expectedState) = Train(new OrtRunner(new OrtOptions { Threads = 1 }));

        Assert.That(losses, Is.EqualTo(expectedLosses).Within(2e-5));
        foreach ((string name, Tensor value) in state)
        {
            Compare.Close(value, expectedState[name], 2e-4, name);
        }
    }

    [Test]
    public void Step_OneAgainstThreeThreads_SameBits()
    {
        using var one = new SimdRunner(1);
        using var three = new SimdRunner(3);
        (float[] losses, Dictionary<string, Tensor> state) = Train(one);
        (float[] otherLosses, Dictionary<string, Tensor> otherState) = Train(three);

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
        (_, Dictionary<string, Tensor> state) = Train(simd);

        Assert.That(s_graphs.Parameters.Where(p => !p.IsTrained).Select(p => p.Name), Does.Contain("norm1.mean").And.Contain("norm1.var"));
        Assert.That(state["norm1.mean"].Span<float>().ToArray(), Is.All.Not.Zero);
        Assert.That(state.Keys, Does.Not.Contain("norm1.mean.m"));
    }

    [Test]
    public void Plan_ReluOfConvolutionAndNorm_IsFused()
    {
        string[] ops = [.. PlanPasses.Apply(s_graphs.Step.Graph).Nodes.Select(n => n.OpType)];

        Assert.That(ops, Does.Contain("ConvRelu").And.Contain("BatchNormTrainRelu").And.Contain("BatchNormReluGrad").And.Contain("ReluGrad"));
        Assert.That(ops.Count(o => o == "Relu"), Is.EqualTo(1), "the residual's, which follows a sum");
        Assert.That(ops, Does.Not.Contain("Greater"));
    }

    private static (float[] Losses, Dictionary<string, Tensor> State) Train(IGraphRunner runner)
    {
        IReadOnlyList<StateBinding> bindings = s_graphs.StepState();
        using IGraphSession session = runner.Open(s_graphs.Step, bindings);
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

    private static TrainingGraphs Build()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Node("Identity", [g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 10, 10))]), "features");
        Graph identity = g.Build();
        Layer[] layers =
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
            new Layer.Dense("dense1", Origin.None, Classes, Activation.Linear, true, Initializer.Auto),
        ];
        return TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, Classes), Optimizer.Adam(), 3);
    }

    // A bias before a batch normalisation has a gradient of rounding errors, which Adam makes as large as any other.
    private static Layer.Conv Conv(string name, int filters, int stride, Activation activation) =>
        new(name, Origin.None, filters, 3, stride, null, 1, activation, activation != Activation.Linear, Initializer.Auto);
}
