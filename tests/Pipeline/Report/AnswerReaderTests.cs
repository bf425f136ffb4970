using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report.Html;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class AnswerReaderTests
{
    [Test]
    public void CurveOf_OneTie_CountsHalf()
    {
        // Positives 0.9 and 0.5, negatives 0.5 and 0.1: of the four pairs three are in order and one is tied.
        AnswerReport.Curve curve = AnswerReader.CurveOf("a", [true, true, false, false], [0.9f, 0.5f, 0.5f, 0.1f]);

        Assert.That(curve.Auc, Is.EqualTo(3.5 / 4).Within(1e-12));
        Assert.That(curve.Points, Is.EqualTo(new double[][] { [0, 0], [0, 0.5], [0.5, 1], [1, 1] }));
    }

    [Test]
    public void Read_Classes_ConfusionCalibrationAndWorstMistake()
    {
        var reader = new AnswerReader(
            "test", Tensor.Vector<long>(0, 1, 1), ["no", "yes"], new Dictionary<string, Tensor> { ["age"] = Tensor.Of<float>([3, 1], [20, 30, 40]) });

        AnswerReport report = reader.Read(new Dictionary<string, Tensor>
        {
            ["class"] = Tensor.Vector<long>(0, 0, 1),
            ["probabilities"] = Tensor.Of<float>([3, 2], [0.75f, 0.25f, 0.875f, 0.125f, 0.25f, 0.75f]),
        });

        Assert.That(report.Confusion, Is.EqualTo(new int[][] { [1, 0], [1, 1] }));
        Assert.That(report.Mistakes.Single(), Is.EqualTo(new AnswerReport.Mistake(1, "yes", "no (0.875)", "age 30", null)));
        Assert.That(report.Calibration, Is.EqualTo(new AnswerReport.Bin[] { new(0.75, 1, 2), new(0.875, 0, 1) }));
        Assert.That(report.Roc!.Single().Name, Is.EqualTo("yes"));
    }

    [Test]
    public void Read_Numbers_FurthestOffFirst()
    {
        var reader = new AnswerReader("test", Tensor.Vector<float>(1, 2, 3), null, new Dictionary<string, Tensor>());

        AnswerReport report = reader.Read(new Dictionary<string, Tensor> { ["prediction"] = Tensor.Of<float>([3, 1], [1, 5, 2.5f]) });

        Assert.That(report.Mistakes.Select(m => m.Row), Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(report.Scatter, Is.EqualTo(new double[][] { [1, 1], [2, 5], [3, 2.5] }));
    }
}
