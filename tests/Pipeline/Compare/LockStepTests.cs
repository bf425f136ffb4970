using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Compare;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Pipeline.Compare;

internal sealed class LockStepTests
{
    // Sums of up to 50,000 products in another order, in float: a few units of 2^-24 times the root of their number.
    private const double Tolerance = 1e-4;

    // Of the 12,058,624 values that a step of resnet20 puts through a Relu two are zero but for rounding, and fall on its other side (KinkCount tells): a pixel's gradient then is there
    // or is not, which moves a weight's by as much as a hundredth. With a function that has no kink the tolerance holds.
    private const double WithKinks = 0.05;

    [TestCase("mlp", 3, Tolerance)]
    [TestCase("mlp32", 3, Tolerance)]
    [TestCase("tabular", 3, Tolerance)]
    [TestCase("cnn", 2, Tolerance)]
    [TestCase("resnet20", 2, WithKinks)]
    [TestCase("lstm", 2, Tolerance)]
    [TestCase("transformer", 2, Tolerance)]
    public void Run_CaseOfTheBench_EnginesAgree(string name, int steps, double tolerance)
    {
        var bench = new StepBench(StepCases.All.Single(c => c.Name == name));
        using var simd = new SimdRunner(2);

        LockStepReport report = new LockStep(bench.Graphs, [simd, new OrtStepRunner(new OrtOptions { Threads = 2 })], tolerance)
            .Run(name, steps, (input, step) => bench.Feed(input, step - 1, step), default);

        Assert.That(report.First, Is.Null);
        Assert.That(report.Passed);
        Assert.That(report.Largest, Is.InRange(double.Epsilon, tolerance));
        Assert.That(report.Tensors.Select(t => t.Differences.Count), Is.All.EqualTo(steps));
        foreach (string state in bench.Graphs.StepState().Where(s => s.Output.Length > 0).Select(s => s.Input))
        {
            Assert.That(report.Tensors.Select(t => t.Name), Does.Contain(state));
        }

        TestContext.Out.WriteLine($"{name}: {report.Largest:0.0e+0} in {report.Tensors.MaxBy(t => t.Largest)!.Name}, {report.Tensors.Sum(t => t.Undetermined)} left out");
    }

    [Test]
    public void Run_Resnet20WithoutKinks_EnginesAgree()
    {
        StepCase @case = StepCases.All.Single(c => c.Name == "resnet20");
        var bench = new StepBench(@case with { Batch = 16, Layers = [.. @case.Layers.Select(Smooth)] });
        using var simd = new SimdRunner(2);

        LockStepReport report = new LockStep(bench.Graphs, [simd, new OrtStepRunner(new OrtOptions { Threads = 2 })], Tolerance)
            .Run("smooth", 2, (input, step) => bench.Feed(input, step - 1, step), default);

        Assert.That(report.First, Is.Null);

        static Layer Smooth(Layer layer) => layer switch
        {
            Layer.Activate activate => activate with { Kind = Activation.Tanh },
            Layer.Residual residual => residual with { Layers = [.. residual.Layers.Select(Smooth)], Activation = Activation.Tanh },
            _ => layer,
        };
    }

    private static IEnumerable<TestCaseData> Dropouts()
    {
        yield return new TestCaseData(Networks.Mlp(20, [15, 10, 4], 0.3f), 20, 4).SetArgDisplayNames("perceptron");
        yield return new TestCaseData(Networks.Transformer(7, 5, 3, 0.2f, Optimizer.Adam()), 35, 3).SetArgDisplayNames("transformer");
        yield return new TestCaseData(Networks.Recurrent(7, 5, 3, 0.2f, Optimizer.Adam()), 35, 3).SetArgDisplayNames("recurrent");
    }

    [TestCaseSource(nameof(Dropouts))]
    public void Run_ModelWithDropout_EnginesAgree(TrainingGraphs graphs, int features, int classes)
    {
        using var simd = new SimdRunner(1);

        LockStepReport report = Run(graphs, [simd, new OrtStepRunner(new OrtOptions { Threads = 1 })], features, classes, Tolerance);

        Assert.That(report.First, Is.Null);
    }

    [Test]
    public void Run_DifferenceBeyondTheTolerance_NamesStepTensorAndEngine()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);
        using var simd = new SimdRunner(1);

        LockStepReport report = Run(graphs, [simd, new OrtStepRunner(new OrtOptions { Threads = 1 })], 20, 4, tolerance: 1e-12);

        Assert.That(report.Passed, Is.False);
        Assert.That(report.First!.Step, Is.EqualTo(1));
        Assert.That(report.First.Engine, Is.EqualTo("ort-cpu"));
        Assert.That(report.Tensors.Single(t => t.Name == report.First.Tensor).Differences[0], Is.EqualTo(report.First.Difference));
        Assert.That((report.First.Kinks.Relus, report.First.Kinks.Maxima), Is.EqualTo((16L * 15, 0L)));
    }

    // Each unit's products cancel in pairs, so that its sum is what rounding leaves of it: which side of the Relu's kink that is depends on the order of the sum.
    [Test]
    public void Kinks_SumsThatAreZeroButForRounding_FallOnEitherSide()
    {
        const int Half = 500;
        const int Units = 64;
        const int Rows = 32;
        TrainingGraphs graphs = Networks.Mlp(2 * Half, [Units, 3], 0);
        Dictionary<string, Tensor> state = graphs.StepState().ToDictionary(s => s.Input, s => s.Initial, StringComparer.Ordinal);
        Tensor weights = Tensor.Zeros(DType.Float, 2 * Half, Units);
        (Tensor features, Tensor target) = Networks.Rows(Rows, 2 * Half, 3);
        state["dense1.weight"].Span<float>()[..(Half * Units)].CopyTo(weights.Span<float>());
        for (int i = 0; i < Half * Units; i++)
        {
            weights.Span<float>()[(Half * Units) + i] = -weights.Span<float>()[i];
        }

        for (int row = 0; row < Rows; row++)
        {
            Span<float> values = features.Span<float>().Slice(row * 2 * Half, 2 * Half);
            values[..Half].CopyTo(values[Half..]);
        }

        state["dense1.weight"] = weights;
        var feeds = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [graphs.BatchInputs[0]] = features,
            [TrainingGraphs.TargetInput] = target,
            [TrainingGraphs.RateInput] = Tensor.Scalar(1e-3f),
            [TrainingGraphs.StepInput] = Tensor.Scalar(1L),
        };
        using var one = new SimdRunner(1);
        using var two = new SimdRunner(2);

        LockStepReport.Kinks same = KinkCount.Of(graphs, (one, two), state, feeds);
        LockStepReport.Kinks other = KinkCount.Of(graphs, (one, new OrtStepRunner(new OrtOptions { Threads = 1 })), state, feeds);

        Assert.That(same, Is.EqualTo(new LockStepReport.Kinks(Rows * Units, 0, 0, 0)));
        Assert.That(other.ReluFlips, Is.InRange(1, Rows * Units));
    }

    [Test]
    public void Run_TheSameEngineTwice_DiffersInNothing()
    {
        using var one = new SimdRunner(1);
        using var three = new SimdRunner(3);

        LockStepReport report = Run(Networks.Mlp(20, [15, 4], 0.3f), [one, three], 20, 4, tolerance: 0);

        Assert.That(report.Passed);
        Assert.That(report.Largest, Is.Zero);
    }

    [Test]
    public void Compare_CaseOfTheBench_PrintsATableAndExitsWithZero()
    {
        Tool tool = Tool.Run("compare", "--case", "tabular", "--engines", "simd,ort-cpu", "--steps", "2", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("passed").GetBoolean());
        Assert.That(tool.Json.GetProperty("tensors")[0].GetProperty("differences").GetArrayLength(), Is.EqualTo(2));
        Assert.That(tool.Error, Does.Contain("STEP 2").And.Contain("simd and ort-cpu agree on tabular"));
    }

    [Test]
    public void Compare_ToleranceOfZero_ExitsWithOneAndNamesTheTensor()
    {
        Tool tool = Tool.Run("compare", "--case", "tabular", "--steps", "1", "--tolerance", "0", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(tool.Json.GetProperty("first").GetProperty("step").GetInt32(), Is.EqualTo(1));
        Assert.That(tool.Error, Does.Contain("on ort-cpu differs from simd by"));
    }

    [Test]
    public void Compare_UnknownEngine_NamesThoseThatThereAre()
    {
        Tool tool = Tool.Run("compare", "--case", "tabular", "--engines", "simd,torch");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        Assert.That(tool.Error, Does.Contain("'torch'").And.Contain("ort-cuda"));
    }

    private static LockStepReport Run(TrainingGraphs graphs, IReadOnlyList<IGraphRunner> runners, int features, int classes, double tolerance)
    {
        var rate = Tensor.Scalar(1e-3f);
        return new LockStep(graphs, runners, tolerance).Run(
            "test",
            4,
            (input, step) => input switch
            {
                TrainingGraphs.RateInput => rate,
                TrainingGraphs.StepInput => Tensor.Scalar((long)step),
                TrainingGraphs.TargetInput => Networks.Rows(16, features, classes, step).Target,
                _ => Networks.Rows(16, features, classes, step).Features,
            },
            default);
    }
}
