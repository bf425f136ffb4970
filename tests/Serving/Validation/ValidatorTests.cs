using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Serving.Validation;

namespace Anneal.Tests.Serving.Validation;

public sealed class ValidatorTests
{
    private const int Rows = 150;
    private readonly TempFolder _folder = new();
    private readonly Tensor _scores = Tensor.Zeros(DType.Float, Rows, 3);
    private readonly Tensor _truth = Tensor.Zeros(DType.Int64, Rows);

    [OneTimeSetUp]
    public void MakeRows()
    {
        for (int row = 0; row < Rows; row++)
        {
            int label = row % 3;
            _truth.Span<long>()[row] = row % 10 == 0 ? (label + 1) % 3 : label;
            for (int c = 0; c < 3; c++)
            {
                _scores.Span<float>()[(row * 3) + c] = c == label ? 0.5f : 0.25f;
            }
        }

        // Row 4 is nearly a tie.
        _scores.Span<float>()[(4 * 3) + 2] = 0.4375f;
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Run_AnswersAsTheTrainer_PassesEveryGateWithItsValue()
    {
        ValidationReport report = Validate([0, 0, 0], [
            new ParityGate(1e-5),
            new DecisionFlipsGate(0),
            new BatchInvarianceGate(0),
            new MetricGate("test.accuracy", "accuracy", Comparison.AtLeast, 0.9),
            new MetricGate("test.loss", "loss", Comparison.AtMost, 0.77),
            new LatencyGate(1, 99, 1000),
        ]);

        Assert.That(report.Gates.Where(g => !g.Passed), Is.Empty);
        Assert.That(report.Passed);
        Assert.That(report.MaxAbsDiff, Is.Zero);
        Assert.That(report.DecisionFlips, Is.Zero);
        Assert.That(report.Metrics["accuracy"], Is.EqualTo(0.9));
        Assert.That(report.Metrics["loss"], Is.EqualTo((0.9 * -Math.Log(0.5)) + (0.1 * -Math.Log(0.25))).Within(1e-6));
        Assert.That(report.Latency.Select(l => l.Batch), Is.EqualTo(new[] { 1, 7, 64, Rows }));
        Assert.That(report.Latency.All(l => l.P50Ms > 0 && l.P99Ms >= l.P50Ms && l.RowsPerSecond > 0));
    }

    [Test]
    public void Run_AnswersOffByMoreThanTheLimit_FailsParityWithTheDifference()
    {
        ValidationReport report = Validate([0, 0, 0.125f], [new ParityGate(0.1), new ParityGate(0.125)]);

        Assert.That(report.Passed, Is.False);
        Assert.That(report.Gates.Select(g => g.Passed), Is.EqualTo(new[] { false, true }));
        Assert.That(report.Gates[0], Has.Property("Value").EqualTo(0.125).And.Property("Limit").EqualTo(0.1).And.Property("Name").EqualTo("parity.max_abs"));
        Assert.That(report.Gates[0].Detail, Is.EqualTo("largest difference to the trainer's answers 0.125: output 'probabilities', row 0, batch size 1"));
    }

    [Test]
    public void Run_RowDecidedDifferently_FailsWithTheRowAndItsMargin()
    {
        ValidationReport report = Validate([0, 0, 0.125f], [new DecisionFlipsGate(0), new DecisionFlipsGate(1)]);

        Assert.That(report.Gates.Select(g => g.Passed), Is.EqualTo(new[] { false, true }));
        Assert.That(report.Flips, Is.EqualTo(new[] { new FlipRow(4, 1, 1, 2, 0.0625) }));
        Assert.That(report.DecisionFlips, Is.EqualTo(1));
        Assert.That(report.Gates[0].Detail, Is.EqualTo("row 4: 1 → 2, margin 0.0625"));
    }

    [Test]
    public void Run_LabelDecidedDifferently_NamesItAndTheDistanceFromTheThreshold()
    {
        var g = new GraphBuilder("labels");
        Value p = g.Input("p", TensorType.Of(DType.Float, Dim.Of("N"), 2));
        g.Output(g.Cast(g.Greater(p, g.Scalar(0.375, DType.Float)), DType.Int64), "class");
        g.Output(g.Node("Identity", [p]), "probabilities");
        using OrtModel model = Models.Open(Model.Of(g.Build()), _folder);
        Tensor answers = Tensor.Of<float>([2, 2], [0.75f, 0.125f, 0.25f, 0.375f]);
        var set = new ValidationSet(
            ModelTask.Multilabel,
            new Dictionary<string, Tensor> { ["p"] = answers },
            new Dictionary<string, Tensor> { ["probabilities"] = answers, ["class"] = Tensor.Of<long>([2, 2], [1, 0, 0, 1]) },
            Tensor.Of<float>([2, 2], [1, 0, 0, 1]))
        {
            Threshold = 0.25f,
        };

        ValidationReport report = Validator.Run(model, set, [new DecisionFlipsGate(0)]);

        Assert.That(report.Flips, Is.EqualTo(new[] { new FlipRow(1, 1, 1, 0, 0.125) { Label = 1 } }));
        Assert.That(report.Gates[0].Detail, Is.EqualTo("row 1, label 1: 1 → 0, margin 0.125"));
        Assert.That(report.Metrics["hamming_loss"], Is.EqualTo(0.25));
    }

    [Test]
    public void Run_MoreFlipsThanAreShown_ListsTwentyAndCountsTheRest()
    {
        ValidationReport report = Validate([1, 0, 0], [new DecisionFlipsGate(0)]);

        Assert.That(report.DecisionFlips, Is.EqualTo(100));
        Assert.That(report.Flips, Has.Count.EqualTo(20));
        Assert.That(report.Gates[0].Detail, Does.EndWith("; and 80 more"));
        Assert.That(report.Metrics["accuracy"], Is.LessThan(0.5), "the metric is that of ONNX Runtime's answers");
    }

    // Rows of a set of 2,500 that stand for all are 0, 2, 5, 7, 10, …: row 7 is one of them, row 4 is not.
    [TestCase(4, 500)]
    [TestCase(7, 1)]
    public void Run_ManyRows_AllRunAtTheLargestBatchSizeAndAThousandAtTheOthers(int odd, int found)
    {
        Tensor scores = Tensor.Of<float>([2500, 2], [.. Enumerable.Range(0, 2500).SelectMany(_ => (float[])[0.25f, 0.75f])]);
        Tensor reference = scores.Clone();
        reference.Span<float>()[odd * 2] = 1;
        using OrtModel model = Models.Open(Models.Scores(0, 0), _folder);
        var set = new ValidationSet(
            ModelTask.Classification,
            new Dictionary<string, Tensor> { ["scores"] = scores },
            new Dictionary<string, Tensor> { ["probabilities"] = reference },
            Tensor.Zeros(DType.Int64, 2500))
        {
            Batches = [1, 500],
        };

        ValidationReport report = Validator.Run(model, set, [new ParityGate(0.1), new DecisionFlipsGate(0), new BatchInvarianceGate(0), new RepeatGate()]);

        Assert.That(report.Flips.Single(), Has.Property("Row").EqualTo(odd).And.Property("Batch").EqualTo(found));
        Assert.That(report.WorstRow, Is.EqualTo(odd));
        Assert.That(report.Gates[0].Detail, Does.EndWith($"row {odd}, batch size {found}"));
        Assert.That(report.Gates[2].Passed);
        Assert.That(report.Gates[3].Detail, Does.StartWith("1000 rows asked twice at batch size 64: "));
        Assert.That(report.Rows, Is.EqualTo(2500));
        Assert.That(report.Metrics["accuracy"], Is.Zero, "over all rows");
    }

    [Test]
    public void Run_MetricMissed_SaysByHowMuch()
    {
        ValidationReport report = Validate([0, 0, 0], [new MetricGate("test.accuracy", "accuracy", Comparison.Above, 0.9)]);

        Assert.That(report.Gates[0].Passed, Is.False);
        Assert.That(report.Gates[0].Detail, Is.EqualTo("accuracy 0.9, expected > 0.9, missed by 0"));
        Assert.That(() => Validate([0, 0, 0], [new MetricGate("g", "rmse", Comparison.AtMost, 1)]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("gate 'g': there is no metric 'rmse' here. hint: there are: accuracy, auc, ece, f1, log_loss, loss, precision, recall"));
    }

    [Test]
    public void Run_LatencyOverTheLimit_Fails()
    {
        GateResult gate = Validate([0, 0, 0], [new LatencyGate(7, 50, 0)]).Gates[0];
        Assert.That(gate.Passed, Is.False);
        Assert.That(gate.Name, Is.EqualTo("latency_ms.p50"));
        Assert.That(gate.Value, Is.GreaterThan(0));
        Assert.That(gate.Detail, Does.StartWith("batch size 7: p50 "));
    }

    [Test]
    public void Run_NotANumberInOneAnswer_IsAnInfiniteDifference()
    {
        GateResult gate = Validate([0, 0, float.NaN], [new ParityGate(1e9)]).Gates[0];
        Assert.That(gate.Passed, Is.False);
        Assert.That(gate.Value, Is.EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void Run_AnswersThatDependOnTheBatch_FailInvariance()
    {
        var g = new GraphBuilder("batch");
        Value x = g.Input("scores", TensorType.Of(DType.Float, Dim.Of("N"), 3));
        Value size = g.Cast(g.Node("Gather", [g.Node("Shape", [x]), g.Constant(Tensor.Scalar(0L))]), DType.Float);
        g.Output(g.Add(x, size), "probabilities");
        using OrtModel model = Models.Open(Model.Of(g.Build()), _folder);
        ValidationReport report = Validator.Run(model, Set() with { Truth = null }, [new BatchInvarianceGate(1e-3)]);
        Assert.That(report.Gates[0].Passed, Is.False);
        Assert.That(report.Gates[0].Value, Is.EqualTo(Rows - 1));
    }

    [Test]
    public void Run_Regression_HasItsMetricsAndNoFlips()
    {
        var g = new GraphBuilder("regression");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.Add(x, g.Constant(Tensor.Vector(1f))), "prediction");
        using OrtModel model = Models.Open(Model.Of(g.Build()), _folder);
        var set = new ValidationSet(
            ModelTask.Regression,
            new Dictionary<string, Tensor> { ["x"] = Tensor.Of<float>([4, 1], [0, 1, 2, 3]) },
            new Dictionary<string, Tensor> { ["prediction"] = Tensor.Of<float>([4, 1], [1, 2, 3, 4]) },
            Tensor.Vector(1f, 2f, 3f, 6f));
        ValidationReport report = Validator.Run(model, set, [new ParityGate(0)]);

        Assert.That(report.Passed);
        Assert.That(report.DecisionFlips, Is.Null);
        Assert.That(report.Metrics, Is.EquivalentTo(new Dictionary<string, double> { ["mae"] = 0.5, ["r2"] = 1 - (4 / 14.0), ["rmse"] = 1 }));
    }

    [Test]
    public void Run_LabelTheModelDoesNotKnow_IsAnError()
    {
        Tensor truth = _truth.Clone();
        truth.Span<long>()[5] = 3;
        using OrtModel model = Models.Open(Models.Scores(0, 0, 0), _folder);
        Assert.That(() => Validator.Run(model, Set() with { Truth = truth }, []),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("class 3 of row 5 is out of range: the model knows 3 classes"));
    }

    [Test]
    public void Run_DataUnderAnotherName_NamesTheMissingInput()
    {
        using OrtModel model = Models.Open(Models.Scores(0, 0, 0), _folder);
        ValidationSet set = Set() with { Feeds = new Dictionary<string, Tensor> { ["pixels"] = _scores } };
        Assert.That(() => Validator.Run(model, set, []),
            Throws.TypeOf<AnnealException>().With.Message.Contains("the model's input 'scores' has no data. hint: there is data for: pixels"));
    }

    [Test]
    public void ToJson_Report_HasTheFixedFields()
    {
        using JsonDocument json = JsonDocument.Parse(Validate([0, 0, 0.125f], [new DecisionFlipsGate(0)]).ToJson());
        JsonElement root = json.RootElement;
        Assert.That(root.GetProperty("passed").GetBoolean(), Is.False);
        Assert.That(root.GetProperty("max_abs_diff").GetDouble(), Is.EqualTo(0.125));
        Assert.That(root.GetProperty("decision_flips").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("gates")[0].EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "name", "passed", "value", "limit", "detail" }));
        Assert.That(root.GetProperty("latency")[0].GetProperty("p99_ms").GetDouble(), Is.GreaterThan(0));
    }

    private ValidationReport Validate(float[] offsets, IReadOnlyList<IGate> gates)
    {
        using OrtModel model = Models.Open(Models.Scores(offsets), _folder);
        return Validator.Run(model, Set(), gates);
    }

    private ValidationSet Set() => new(
        ModelTask.Classification,
        new Dictionary<string, Tensor> { ["scores"] = _scores },
        new Dictionary<string, Tensor> { ["probabilities"] = _scores },
        _truth)
    {
        LossMetric = "log_loss",
    };
}
