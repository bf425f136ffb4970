using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Metrics;

/// <summary>The metrics against scikit-learn's figures (tests/Golden/Metrics/make_metrics.py) and against closed forms.</summary>
internal sealed class MetricsTests
{
    // Probabilities are float32: scikit-learn divides their rows by their sums.
    private const double Tolerance = 1e-7;

    private static readonly JsonElement s_golden = JsonDocument.Parse(Repository.Read("tests/Golden/Metrics/metrics.json")).RootElement;

    [TestCase(ModelTask.Classification)]
    [TestCase(ModelTask.Binary)]
    [TestCase(ModelTask.Multilabel)]
    [TestCase(ModelTask.Regression)]
    public void Compute_AnswersOfTheFile_EqualsScikitLearns(ModelTask task)
    {
        JsonElement golden = s_golden.GetProperty(task.ToString().ToLowerInvariant());
        float[][] scores = [.. golden.GetProperty("scores").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetSingle()).ToArray())];
        JsonElement[] truth = [.. golden.GetProperty("truth").EnumerateArray()];
        Tensor expected = task is ModelTask.Classification or ModelTask.Binary
            ? Tensor.Vector<long>([.. truth.Select(t => t.GetInt64())])
            : Tensor.Of<float>([truth.Length, scores[0].Length], [.. truth.SelectMany(t => t.EnumerateArray().Select(v => v.GetSingle()))]);
        Answers answers = Of(task, scores, expected, new MetricOptions(TopK: 2));

        SortedDictionary<string, double> metrics = MetricTable.Compute(answers);

        JsonProperty[] wanted = [.. golden.GetProperty("metrics").EnumerateObject()];
        Assert.That(metrics.Keys.Except(wanted.Select(w => w.Name)), Is.EqualTo(task == ModelTask.Regression ? Array.Empty<string>() : ["ece"]), "scikit-learn has no such figure");
        foreach (JsonProperty metric in wanted)
        {
            Assert.That(metrics[metric.Name], Is.EqualTo(metric.Value.GetDouble()).Within(Tolerance * Math.Max(1, Math.Abs(metric.Value.GetDouble()))), metric.Name);
        }

        if (golden.TryGetProperty("confusion", out JsonElement confusion))
        {
            for (int c = 0; c < answers.Classes; c++)
            {
                Assert.That(Enumerable.Range(0, answers.Classes).Select(d => answers.Confusion[c, d]), Is.EqualTo(confusion[c].EnumerateArray().Select(v => v.GetInt64())));
            }
        }
    }

    [Test]
    public void Auc_TiesAndOrder_AreTheShareOfPairs()
    {
        Assert.That(AucOf([0.1f, 0.4f, 0.35f, 0.8f], [0, 0, 1, 1]), Is.EqualTo(0.75), "three of four pairs in order");
        Assert.That(AucOf([0.5f, 0.5f, 0.5f], [0, 1, 1]), Is.EqualTo(0.5), "nothing but ties");
        Assert.That(AucOf([0.9f, 0.1f], [0, 1]), Is.Zero);
        Assert.That(AucOf([0.9f, 0.1f], [1, 1]), Is.NaN, "no negative row");
    }

    [Test]
    public void Points_OfARoc_RunFromNoneToAllWithTheAreaUnderThem()
    {
        Roc roc = Of(ModelTask.Binary, [[0.1f], [0.4f], [0.4f], [0.8f], [0.6f]], Tensor.Vector(0L, 0L, 1L, 1L, 0L)).RocOf(1);
        double area = 0;
        for (int i = 1; i < roc.Points.Count; i++)
        {
            area += (roc.Points[i].FalsePositiveRate - roc.Points[i - 1].FalsePositiveRate) * (roc.Points[i].TruePositiveRate + roc.Points[i - 1].TruePositiveRate) / 2;
        }

        Assert.That(roc.Points[0], Is.EqualTo((0.0, 0.0, double.PositiveInfinity)));
        Assert.That((roc.Points[^1].FalsePositiveRate, roc.Points[^1].TruePositiveRate), Is.EqualTo((1.0, 1.0)));
        Assert.That(roc.Points, Has.Count.EqualTo(5), "a corner for each score");
        Assert.That(area, Is.EqualTo(roc.Auc).Within(1e-15));
    }

    [Test]
    public void CalibrationError_OfKnownBins_IsTheWeightedGap()
    {
        // Four answers of confidence 3/4 of which two hold, and two of 1/4 of which one holds.
        Answers answers = Of(
            ModelTask.Binary, [[0.75f], [0.75f], [0.75f], [0.75f], [0.25f], [0.25f]], Tensor.Vector(1L, 1L, 0L, 0L, 1L, 0L), new MetricOptions(Bins: 2));

        Assert.That(answers.Calibration, Is.EqualTo(new[] { new CalibrationBin(0, 0.5, 2, 0.25, 0.5), new CalibrationBin(0.5, 1, 4, 0.75, 0.5) }));
        Assert.That(MetricTable.Compute(answers)["ece"], Is.EqualTo(0.25));
    }

    [Test]
    public void CalibrationError_OfSeveralClasses_IsThatOfTheDecidedOne()
    {
        Answers answers = Of(ModelTask.Classification, [[0.5f, 0.25f, 0.25f], [0.25f, 0.5f, 0.25f], [1, 0, 0]], Tensor.Vector(0L, 2L, 0L), new MetricOptions(Bins: 10));
        Assert.That(MetricTable.Compute(answers)["ece"], Is.Zero, "half of those of confidence 1/2 hold, and all of confidence 1");
    }

    [Test]
    public void Figures_OfAClassThatNobodySees_AreLeftOutOfTheMean()
    {
        Answers answers = Of(ModelTask.Classification, [[0.6f, 0.4f, 0], [0.3f, 0.7f, 0], [0.8f, 0.2f, 0]], Tensor.Vector(0L, 1L, 1L));
        SortedDictionary<string, double> metrics = MetricTable.Compute(answers);

        Assert.That(answers.Figures, Is.EqualTo(new[] { new ClassFigures(1, 1, 0), new ClassFigures(1, 0, 1), new ClassFigures(0, 0, 0) }));
        Assert.That(metrics["precision"], Is.EqualTo((0.5 + 1) / 2));
        Assert.That(metrics["recall"], Is.EqualTo((1 + 0.5) / 2));
        Assert.That(metrics["f1"], Is.EqualTo(2 / 3.0).Within(1e-15));
        Assert.That(metrics.ContainsKey("top_k"), Is.False, "no k is given");
    }

    [TestCase(2f, 3f, 0)]
    [TestCase(2f, 2f, 1)]
    public void R2_OfAConstantTruth_IsOneWhereItIsMet(float truth, float predicted, double expected)
    {
        Answers answers = Of(ModelTask.Regression, [[predicted], [predicted]], Tensor.Vector(truth, truth));
        Assert.That(MetricTable.Compute(answers)["r2"], Is.EqualTo(expected));
    }

    [Test]
    public void Answers_TruthOutOfRangeOrOfAnotherShape_IsAnError()
    {
        Assert.That(() => Of(ModelTask.Binary, [[0.5f]], Tensor.Vector(2L)), Throws.TypeOf<AnnealException>().With.Message.EqualTo("class 2 of row 0 is out of range: the model knows 2 classes"));
        Assert.That(() => Of(ModelTask.Multilabel, [[0.5f, 0.5f]], Tensor.Vector(1f)), Throws.TypeOf<AnnealException>().With.Message.EqualTo("the truth is float[1], and the answers are float[1,2]"));
    }

    [Test]
    public void All_Metrics_AreInTheOrderOfTheirNames() => Assert.That(MetricTable.All.Select(m => m.Name), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));

    private static double AucOf(float[] scores, long[] truth) =>
        MetricTable.Compute(Of(ModelTask.Binary, [.. scores.Select(s => new[] { s })], Tensor.Vector<long>(truth)))["auc"];

    private static Answers Of(ModelTask task, float[][] scores, Tensor truth, MetricOptions? options = null)
    {
        string output = task switch
        {
            ModelTask.Binary => ModelSignature.ProbabilityOutput,
            ModelTask.Regression => ModelSignature.PredictionOutput,
            _ => ModelSignature.ProbabilitiesOutput,
        };
        Tensor tensor = Tensor.Of<float>([scores.Length, scores[0].Length], [.. scores.SelectMany(s => s)]);
        return new Answers(task, new Dictionary<string, Tensor> { [output] = tensor }, truth, options ?? new MetricOptions());
    }
}
