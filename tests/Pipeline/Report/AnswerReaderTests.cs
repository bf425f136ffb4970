using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report.Html;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class AnswerReaderTests
{
    [Test]
    public void Read_Classes_ConfusionCalibrationAndWorstMistake()
    {
        var answers = new Answers(
            ModelTask.Classification,
            new Dictionary<string, Tensor>
            {
                ["class"] = Tensor.Vector<long>(0, 0, 1),
                ["probabilities"] = Tensor.Of<float>([3, 2], [0.75f, 0.25f, 0.875f, 0.125f, 0.25f, 0.75f]),
            },
            Tensor.Vector<long>(0, 1, 1),
            new MetricOptions());
        var reader = new AnswerReader("test", ["no", "yes"], new Dictionary<string, Tensor> { ["age"] = Tensor.Of<float>([3, 1], [20, 30, 40]) });

        AnswerReport report = reader.Read(answers);

        Assert.That(report.Confusion, Is.EqualTo(new long[][] { [1, 0], [1, 1] }));
        Assert.That(report.Mistakes.Single(), Is.EqualTo(new AnswerReport.Mistake(1, "yes", "no (0.875)", "age 30", null)));
        Assert.That(report.Calibration!.Sum(b => b.Count), Is.EqualTo(3));
        Assert.That(report.Roc!.Select(r => r.Name), Is.EqualTo(new[] { "no", "yes" }));
        Assert.That(report.Roc![1].Points, Is.EqualTo(new double[][] { [0, 0], [0, 0.5], [1, 0.5], [1, 1] }));
    }

    [Test]
    public void Read_Numbers_FurthestOffFirst()
    {
        var answers = new Answers(
            ModelTask.Regression,
            new Dictionary<string, Tensor> { ["prediction"] = Tensor.Of<float>([3, 1], [1, 5, 2.5f]) },
            Tensor.Vector<float>(1, 2, 3),
            new MetricOptions());

        AnswerReport report = new AnswerReader("test", [], new Dictionary<string, Tensor>()).Read(answers);

        Assert.That(report.Mistakes.Select(m => m.Row), Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(report.Scatter, Is.EqualTo(new double[][] { [1, 1], [2, 5], [3, 2.5] }));
    }
}
