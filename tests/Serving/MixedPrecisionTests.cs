using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Loop;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Serving;

/// <summary>Steps in half precision beside the same steps in float.</summary>
internal sealed class MixedPrecisionTests
{
    private static readonly string[] s_float = ["Sqrt", "Pow", "Exp", "Log", "LogSoftmax", "Softmax", "ReduceSum", "ReduceMean"];

    private static IEnumerable<TestCaseData> Models() =>
        from half in (DType[])[DType.Float16, DType.BFloat16]
        from model in (string[])["mlp", "transformer", "recurrent"]
        select new TestCaseData(half, model).SetArgDisplayNames(half.Name(), model);

    [TestCaseSource(nameof(Models))]
    public void Step_InHalf_DiffersFromFloatByWhatTheFormatRoundsOff(DType half, string model)
    {
        TrainingGraphs graphs = Of(model);
        (Tensor features, Tensor target) = model == "mlp" ? Networks.Rows(32, 8, 3) : Networks.Rows(16, 6 * 8, 3);
        IReadOnlyDictionary<string, Tensor> expected = After(graphs, DType.Float, features, target, out float loss);
        IReadOnlyDictionary<string, Tensor> actual = After(graphs, half, features, target, out float halfLoss);

        // 8 or 11 binary digits; the errors of products that follow each other add up. Of all gradients together: a single one may be what is left of sums that cancel.
        double unit = half == DType.Float16 ? Math.Pow(2, -11) : Math.Pow(2, -8);
        Assert.That(halfLoss, Is.EqualTo(loss).Within(8 * unit * loss).And.Not.EqualTo(loss));
        double[] exact = Changes(expected);
        double off = Math.Sqrt(exact.Zip(Changes(actual), (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(d => d * d));
        Assert.That(off, Is.InRange(unit / 16, 16 * unit));

        double[] Changes(IReadOnlyDictionary<string, Tensor> after) =>
            [.. graphs.Parameters.SelectMany(p => Compare.Doubles(p.Initial).Zip(Compare.Doubles(after[p.Name]), (b, a) => b - a))];
    }

    // What ONNX Runtime computes in half, our own engine computes in float between casts. Of bfloat16 its CPU provider runs the casts too.
    [TestCase("mlp")]
    [TestCase("transformer")]
    [TestCase("recurrent")]
    public void Apply_KernelsOfHalfPrecision_GiveWhatRoundingGives(string model)
    {
        const DType Half = DType.Float16;
        TrainingGraphs graphs = Of(model);
        (Tensor features, Tensor target) = model == "mlp" ? Networks.Rows(32, 8, 3) : Networks.Rows(16, 6 * 8, 3);
        IReadOnlyDictionary<string, Tensor> actual = After(graphs, Half, features, target, out float loss);
        Model rounded = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState(), Half);
        using var simd = new SimdRunner(1);
        using IGraphSession session = simd.Open(rounded, graphs.StepState());
        IReadOnlyDictionary<string, Tensor> expected = Step(session, graphs, features, target, out float roundedLoss);

        Assert.That(loss, Is.EqualTo(roundedLoss).Within(Math.Pow(2, -9) * roundedLoss));
        foreach ((string name, Tensor value) in expected)
        {
            Compare.Close(actual[name], value, 0.01, name);
        }
    }

    [Test]
    public void Apply_StepOfAnMlp_HasProductsAndActivationsInHalfAndTheRestInFloat()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);

        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState(), DType.Float16).Graph;
        Graph half = HalfKernels.Apply(lowered, DType.Float16, (_, _) => true);

        Dictionary<string, Node> producers = half.Nodes.SelectMany(n => n.Outputs.Select(o => (o, n))).ToDictionary(p => p.o, p => p.n);
        Assert.That(half.Nodes.Where(n => n.OpType == "Gemm"), Is.Not.Empty);
        foreach (Node gemm in half.Nodes.Where(n => n.OpType == "Gemm"))
        {
            Assert.That(gemm.Inputs.All(IsHalf), gemm.Name);
        }

        Assert.That(half.Nodes.Where(n => n.OpType == "Relu").All(n => IsHalf(n.Inputs[0])));
        Assert.That(half.Nodes.Where(n => s_float.Contains(n.OpType)).Select(n => n.Inputs[0]).Where(IsHalf), Is.Empty);
        Assert.That(half.Nodes.Where(n => graphs.StepState().Any(s => n.Inputs.Contains(s.Input))).All(n => !IsHalf(n.Inputs[0])), "weights and their state are float");
        Assert.That(half.Nodes.Length, Is.LessThan(lowered.Nodes.Length));

        bool IsHalf(string value) => value.EndsWith("/half", StringComparison.Ordinal) || value.EndsWith("/float16", StringComparison.Ordinal)
            || (producers.TryGetValue(value, out Node? node) && node.OpType == "Cast" && node.Attributes.Int("to", 0) == (long)DType.Float16);
    }

    [Test]
    public void Apply_NoKernelOfHalfPrecision_LeavesTheRoundedGraph()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);
        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState(), DType.BFloat16).Graph;

        Graph half = HalfKernels.Apply(lowered, DType.BFloat16, (_, _) => false);

        Assert.That(half.Nodes.Length, Is.EqualTo(lowered.Nodes.Length));
    }

    // Of bfloat16 ONNX Runtime's CPU provider has no product: its types are what shows here.
    [Test]
    public void Apply_StepOfTheBench_ComputesItsProductsInHalf(
        [Values("mlp", "cnn", "lstm", "transformer")] string name, [Values(DType.Float16, DType.BFloat16)] DType format)
    {
        TrainingGraphs graphs = StepCases.All.Single(c => c.Name == name).Build();
        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState(), format).Graph;

        Graph half = HalfKernels.Apply(lowered, format, (_, _) => true);

        Node[] products = [.. half.Nodes.Where(n => n.OpType is "Gemm" or "MatMul" or "Conv" or "ConvTranspose" or "Einsum")];
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(half).Types;
        Assert.That(products.Select(n => n.OpType), Does.Contain(name switch { "mlp" => "Gemm", "cnn" => "Conv", _ => "MatMul" }));
        Assert.That(products.Where(n => types[n.Outputs[0]].Type != format).Select(n => n.Name), Is.Empty);
    }

    [Test]
    public void Apply_OtherFormat_IsRefused() =>
        Assert.That(() => MixedPrecision.Apply(Networks.Mlp(4, [2], 0).Step.Graph, DType.Double, []), Throws.TypeOf<AnnealException>().With.Message.Contains("no mixed precision of double"));

    [TestCase(DType.Float16)]
    [TestCase(DType.BFloat16)]
    public void Train_InHalf_ConvergesAsFloatDoes(DType half)
    {
        using var trained = new Trained(settings: new UpdateSettings(Optimizer.Adam()) { Scaling = half == DType.Float16 ? new LossScaling(1 << 22, 20) : null });
        double before = trained.Evaluate(trained.Graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial))["loss"];
        LoopOutcome reference = trained.Run(Trained.Options(6), trained.Store("float"));
        CheckpointStore store = trained.Store("half");

        LoopOutcome outcome = trained.Run(Trained.Options(6), store, runner: new OrtStepRunner(new OrtOptions { Threads = 1, Precision = half }));

        double expected = reference.State.History[^1].Validation["loss"];
        Assert.That(expected, Is.LessThan(0.8 * before));
        Assert.That(outcome.State.History[^1].Validation["loss"], Is.EqualTo(expected).Within(0.2 * expected), "42 steps, of which up to a third are skipped in float16");
        if (half == DType.Float16)
        {
            IReadOnlyDictionary<string, Tensor> tensors = store.Latest()!.Tensors;
            Assert.That(tensors[LossScaling.Skipped].Span<long>()[0], Is.InRange(1, 14), "a scale of 2²² is too large for some steps, and comes down");
        }
    }

    [Test]
    public void Train_InterruptedInHalf_ResumesToTheSameBits()
    {
        using var trained = new Trained(settings: new UpdateSettings(Optimizer.Adam()) { Scaling = new LossScaling(1 << 22, 5) });
        LoopOutcome whole = Run("whole", new LoopTrace());
        Run("stopped", new LoopTrace { StopAfter = 10 });
        LoopOutcome resumed = Run("stopped", new LoopTrace());

        foreach ((string name, Tensor value) in resumed.Parameters)
        {
            Compare.Same(value, whole.Parameters[name], name);
        }

        LoopOutcome Run(string store, LoopTrace trace) => trained.Run(
            Trained.Options(3), trained.Store(store), trace, new OrtStepRunner(new OrtOptions { Threads = 1, Precision = DType.Float16 }), trace.Cancel.Token);
    }

    private static TrainingGraphs Of(string model) => model switch
    {
        "mlp" => Networks.Mlp(8, [16, 3], 0, Optimizer.Sgd()),
        "transformer" => Networks.Transformer(6, 8, 3, 0, Optimizer.Sgd()),
        _ => Networks.Recurrent(6, 8, 3, 0, Optimizer.Sgd()),
    };

    private static IReadOnlyDictionary<string, Tensor> After(TrainingGraphs graphs, DType precision, Tensor features, Tensor target, out float loss)
    {
        using IGraphSession session = new OrtStepRunner(new OrtOptions { Threads = 1, Precision = precision }).Open(graphs.Step, graphs.StepState());
        return Step(session, graphs, features, target, out loss);
    }

    private static Dictionary<string, Tensor> Step(IGraphSession session, TrainingGraphs graphs, Tensor features, Tensor target, out float loss)
    {
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run(Networks.Feeds(session, (features, target), 1, 1), fetches);
        loss = fetches[session.Fetches.ToList().FindIndex(f => f.Name == TrainingGraphs.LossOutput)]!.Span<float>()[0];
        return graphs.Parameters.ToDictionary(p => p.Name, p => session.ReadState(p.Name));
    }
}
