using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Conformance;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Serving.Validation;

public sealed class GateTests
{
    private static readonly Dim s_rows = Dim.Of("N");
    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Structure_StandardOps_Passes() => Assert.That(Check(Models.Scores(0, 0), Scores(2), new StructureGate()).Passed);

    [Test]
    public void Structure_OpOfAnotherDomain_IsNamedWithItsFunction()
    {
        var twice = new Function("my.domain", "Twice", ["x"], ["y"], [], [NodeOf("Add", ["x", "x"], "y")], Opsets());
        Model custom = Model.Of(Raw(NodeOf("Identity", ["scores"], "probabilities"))) with
        {
            Graph = Raw(NodeOf("Twice", ["scores"], "probabilities", "my.domain")),
            Functions = [twice],
            Opsets = Opsets().Add("my.domain", 1),
        };
        GateResult gate = Check(custom, Scores(2), new StructureGate());

        Assert.That(gate.Passed, Is.False);
        Assert.That(gate.Detail, Does.Contain("op Twice is of domain 'my.domain'").And.Contain("function 'my.domain.Twice' is left in the file"));
    }

    [Test]
    public void PerClass_OneClassLost_IsNamedThoughTheMeanIsGood()
    {
        Tensor truth = Tensor.Vector(0L, 0, 0, 0, 0, 0, 0, 0, 1, 1);
        ValidationSet set = Scores(2, 10) with { Truth = truth, ClassNames = ["cat", "dog"] };
        IGate[] gates = [new PerClassGate("recall", Comparison.AtLeast, 0.5), new MetricGate("test.accuracy", "accuracy", Comparison.AtLeast, 0.8)];
        ValidationReport report = Run(Models.Scores(1, 0), set, gates);

        Assert.That(report.Gates.Select(g => g.Passed), Is.EqualTo(new[] { false, true }));
        Assert.That(report.Gates[0].Detail, Is.EqualTo("recall of class 'dog' (2 rows), the lowest of 2, 0, expected >= 0.5, missed by 0.5"));
    }

    [Test]
    public void Repeat_ModelThatDrawsLots_FailsWhereOneOfItsOwnPasses()
    {
        Model lots = Model.Of(Raw(NodeOf("RandomUniformLike", ["scores"], "noise"), NodeOf("Add", ["scores", "noise"], "probabilities")));

        Assert.That(Check(lots, Scores(2), new RepeatGate()), Has.Property("Passed").False.And.Property("Value").GreaterThan(0));
        Assert.That(Check(Models.Scores(0, 0), Scores(2), new RepeatGate()), Has.Property("Passed").True.And.Property("Value").Zero);
    }

    [Test]
    public void Threads_WideProduct_StaysWithinTheLimit()
    {
        var g = new GraphBuilder("wide");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, 300));
        g.Output(g.Node("MatMul", [x, g.Constant(Ramp(300, 300))]), "probabilities");
        GateResult gate = Check(Model.Of(g.Build()), Scores(300, 70), new ThreadsGate(1e-2));

        Assert.That(gate.Passed, Is.True, gate.Detail);
        Assert.That(gate.Detail, Does.StartWith("70 rows on 1, 2, 3, 4 threads: "));
    }

    [Test]
    public void Provider_OnTheCpu_CountsEveryNode()
    {
        GateResult gate = Check(WithClass(0, 0), Scores(2), new ProviderGate());
        Assert.That(gate, Has.Property("Passed").True.And.Property("Value").Zero);
        Assert.That(gate.Detail, Does.Match("^[1-9]\\d* nodes on CPUExecutionProvider$"));
    }

    [Test]
    public void Golden_AnswersChanged_FailByNumbersAndByDecisions()
    {
        Tensor rows = Ramp(3, 2);
        var golden = new GoldenRows(
            new Dictionary<string, Tensor> { ["scores"] = rows },
            new Dictionary<string, Tensor> { ["probabilities"] = rows, ["class"] = Tensor.Vector(0L, 0, 1) });
        GoldenRows stored = GoldenRows.Find(new Dictionary<string, string> { [GoldenRows.MetadataKey] = golden.ToJson() })!;
        Assert.That(stored.Rows, Is.EqualTo(3));

        GateResult same = Check(WithClass(0, 0), Scores(2), new GoldenRowsGate(stored, 1e-6));
        Assert.That(same.Passed, Is.False, "the last row is of class 0");
        Assert.That(same.Detail, Is.EqualTo("3 rows stored with the model, answered as by the trainer; decided otherwise: output 'class'"));
        GateResult moved = Check(WithClass(0.5f, 0.5f), Scores(2), new GoldenRowsGate(stored, 1e-6));
        Assert.That(moved.Value, Is.EqualTo(0.5).Within(1e-6));
    }

    [TestCase("{", "metadata 'anneal.golden' holds no golden rows: ")]
    [TestCase("{\"inputs\":{\"x\":\"!\"},\"outputs\":{}}", "metadata 'anneal.golden' holds no golden rows: ")]
    [TestCase("{\"inputs\":{\"x\":\"CAE=\"},\"outputs\":{}}", "metadata 'anneal.golden' → ")]
    public void Golden_MetadataCut_IsADataError(string json, string message) =>
        Assert.That(
            () => GoldenRows.Find(new Dictionary<string, string> { [GoldenRows.MetadataKey] = json }),
            Throws.TypeOf<AnnealException>().With.Property("Code").EqualTo(ExitCode.Data).And.Message.StartsWith(message));

    [Test]
    public void Throughput_MoreThanThereIs_Fails()
    {
        Assert.That(Check(Models.Scores(0, 0), Scores(2, 64), new ThroughputGate(16, 1e12)).Passed, Is.False);
        Assert.That(Check(Models.Scores(0, 0), Scores(2, 64), new ThroughputGate(16, 1)).Passed);
    }

    [Test]
    public void Size_FileAndMemory_AreHeldAgainstTheirLimits()
    {
        var g = new GraphBuilder("large");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, 2000));
        g.Output(g.Node("MatMul", [x, g.Constant(Tensor.Zeros(DType.Float, 2000, 2000))]), "probabilities");
        ValidationReport report = Run(Model.Of(g.Build()), Scores(2000), [new FileSizeGate(15), new FileSizeGate(17), new MemoryGate(4), new MemoryGate(400)]);

        Assert.That(report.Gates.Select(r => r.Passed), Is.EqualTo(new[] { false, true, false, true }), string.Join("; ", report.Gates.Select(r => r.Detail)));
        Assert.That(report.Gates[0].Value, Is.EqualTo(16.0).Within(0.01));
    }

    [Test]
    public void Robustness_ModelThatPassesNaNOn_NamesInputAndOutput()
    {
        GateResult gate = Check(Models.Scores(0, 0), Scores(2), new RobustnessGate());
        Assert.That(gate.Passed, Is.False);
        Assert.That(gate.Value, Is.EqualTo(3));
        Assert.That(gate.Detail, Is.EqualTo("'scores' NaN: output 'probabilities' is NaN; 'scores' infinite: output 'probabilities' is Infinity; 'scores' minus infinite: output 'probabilities' is -Infinity"));
    }

    [Test]
    public void Robustness_ModelThatBoundsItsInput_Passes()
    {
        var g = new GraphBuilder("bounded");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, 2));
        Value known = g.Node("Where", [g.Node("IsNaN", [x]), g.Scalar(0, DType.Float), x]);
        g.Output(g.Node("Clip", [known, g.Scalar(-1, DType.Float), g.Scalar(1, DType.Float)]), "probabilities");
        GateResult gate = Check(Model.Of(g.Build()), Scores(2), new RobustnessGate());
        Assert.That(gate.Passed, Is.True, gate.Detail);
    }

    [Test]
    public void Robustness_RowThatTouchesItsNeighbour_IsFound()
    {
        var g = new GraphBuilder("leak");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, 2));
        Value known = g.Node("Where", [g.Node("IsNaN", [x]), g.Scalar(0, DType.Float), g.Node("Clip", [x, g.Scalar(-1, DType.Float), g.Scalar(1, DType.Float)])]);
        Value sum = g.Node("ReduceSum", [known, g.Constant(Tensor.Vector(0L))]);
        g.Output(g.Add(known, sum), "probabilities");
        Assert.That(Check(Model.Of(g.Build()), Scores(2), new RobustnessGate()).Detail, Does.Contain("of the row beside it changes from"));
    }

    [Test]
    public void Divergence_FileThatAnswersAsTheEngine_IsTheExporters()
    {
        using OrtModel model = Models.Open(Models.Scores(0.25f, 0), _folder);
        using var simd = new SimdRunner(1);
        Divergence found = DivergenceSearch.Run(model, simd, Scores(2).Feeds, 1e-5, _folder["repro"]);
        Assert.That(found.Node, Is.Null);
        Assert.That(found.Found, Does.Contain("the exporter is at fault"));
    }

    // ONNX Runtime rounds the size by which this op aligns corners; the standard does not.
    [Test]
    public void Divergence_OpThatOnnxRuntimeDoesOtherwise_IsNamedAndLeftAlone()
    {
        var g = new GraphBuilder("deep");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, 1, 2, 4));
        Value doubled = g.Add(x, x);
        Attributes aligned = Attributes.Of(("coordinate_transformation_mode", "align_corners"), ("mode", "linear"));
        Value resized = g.Node("Resize", [doubled, null, g.Constant(Tensor.Vector(1f, 1, 0.6f, 0.6f))], aligned);
        g.Output(g.Node("Neg", [g.Node("Flatten", [resized])]), "probabilities");
        using OrtModel model = Models.Open(Model.Of(g.Build()), _folder);
        using var simd = new SimdRunner(1);
        Tensor rows = Tensor.Of<float>([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);

        Divergence found = DivergenceSearch.Run(model, simd, new Dictionary<string, Tensor> { ["scores"] = rows }, 1e-4, _folder["repro"]);

        Assert.That(found.Op, Is.EqualTo("Resize"), found.Found);
        Assert.That(found.MaxAbs, Is.GreaterThan(1e-3));
        Model alone = ModelReader.Read(Path.Combine(found.Repro!, "model.onnx"));
        Assert.That(alone.Graph.Nodes.Select(n => n.OpType), Is.EqualTo(new[] { "Resize" }));
        Tensor input = TensorFormat.Read(File.ReadAllBytes(Path.Combine(found.Repro!, "test_data_set_0", "input_0.pb")));
        Assert.That(input.Span<float>().ToArray(), Is.EqualTo(new float[] { 2, 4, 6, 8, 10, 12, 14, 16 }));
        OnnxSuiteReport replayed = new OnnxSuite(new OrtRunner()).Run(found.Repro!, default);
        Assert.That(replayed.Failed, Is.EqualTo(1), "the small model shows the difference on its own");
        Assert.That(new OnnxSuite(simd).Run(found.Repro!, default).Passed, Is.EqualTo(1));
    }

    private static ValidationSet Scores(int width, int rows = 5)
    {
        Tensor scores = Ramp(rows, width);
        return new ValidationSet(
            ModelTask.Classification,
            new Dictionary<string, Tensor> { ["scores"] = scores },
            new Dictionary<string, Tensor>(),
            null);
    }

    private static Tensor Ramp(int rows, int width)
    {
        Tensor ramp = Tensor.Zeros(DType.Float, rows, width);
        for (int i = 0; i < ramp.Length; i++)
        {
            ramp.Span<float>()[i] = (i % 7) / 8f;
        }

        return ramp;
    }

    private static Model WithClass(params float[] offsets)
    {
        var g = new GraphBuilder("classes");
        Value x = g.Input("scores", TensorType.Of(DType.Float, s_rows, offsets.Length));
        g.Output(g.Add(x, g.Constant(Tensor.Vector<float>(offsets))), "probabilities");
        g.Output(g.Node("ReduceMin", [g.Cast(g.Node("Floor", [x]), DType.Int64), g.Constant(Tensor.Vector(1L))], Attributes.Of(("keepdims", 0L))), "class");
        return Model.Of(g.Build());
    }

    private static Graph Raw(params Node[] nodes) => new(
        "raw",
        [new ValueInfo("scores", TensorType.Of(DType.Float, s_rows, 2))],
        [new ValueInfo("probabilities", TensorType.Of(DType.Float, s_rows, 2))],
        Graph.NoInitializers,
        [.. nodes],
        Graph.NoValues);

    private static Node NodeOf(string op, string[] inputs, string output, string domain = "") =>
        new(output, domain, op, [.. inputs], [output], Attributes.None, Origin.None);

    private static ImmutableSortedDictionary<string, long> Opsets() => ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal).Add("", Model.DefaultOpset);

    private GateResult Check(Model model, ValidationSet set, IGate gate) => Run(model, set, [gate]).Gates[0];

    private ValidationReport Run(Model file, ValidationSet set, IReadOnlyList<IGate> gates)
    {
        using OrtModel model = Models.Open(file, _folder);
        return Validator.Run(model, set, gates);
    }
}
