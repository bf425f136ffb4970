using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report.Html;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class PredictionsReportTests
{
    private static readonly string[] s_names = ["no", "yes"];

    [Test]
    public void Of_Classes_ProbabilityOfTheTrueOneByRowAndEpoch()
    {
        PredictionsReport report = Of(LearningTask.Classification, Tensor.Vector<long>(1, 0, 1), [0.5f, 0.5f], [0.25f, 0.75f])!;

        Assert.That(report.Names, Is.EqualTo(new[] { "row 1: no", "row 2: yes" }));
        Assert.That(report.Epochs, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(report.Values, Is.EqualTo(new double[][] { [0.5, 0.25], [0.5, 0.75] }));
    }

    [Test]
    public void Of_TwoClasses_IsThatOfTheTrueOneToo() =>
        Assert.That(Of(LearningTask.Binary, Tensor.Vector<long>(1, 0, 1), [0.25f])!.Values, Is.EqualTo(new double[][] { [0.75], [0.25] }));

    [Test]
    public void Of_Labels_IsTheMeanOverThem()
    {
        PredictionsReport report = Of(LearningTask.Multilabel, Tensor.Of<float>([3, 2], [0, 0, 1, 1, 0, 0]), [0.75f, 0.25f])!;

        Assert.That(report.Names, Is.EqualTo(new[] { "row 1: no and yes", "row 2: no label" }));
        Assert.That(report.Values, Is.EqualTo(new double[][] { [0.5], [0.5] }));
    }

    [Test]
    public void Of_Numbers_IsThePrediction()
    {
        PredictionsReport report = Of(LearningTask.Regression, Tensor.Vector(1f, 2.5f, 3f), [7f])!;

        Assert.That((report.What, report.Names[0], report.Values[0][0]), Is.EqualTo(("what is predicted", "row 1: 2.5", 7.0)));
    }

    [Test]
    public void Of_NothingRecorded_IsNull() =>
        Assert.That(PredictionsReport.Of([new MonitorRecord(0, 0, 1, 1, 1, [], [])], LearningTask.Binary, Tensor.Vector<long>(1), s_names), Is.Null);

    // An epoch for each of the scores, the same for rows 1 and 2.
    private static PredictionsReport? Of(LearningTask task, Tensor truth, params float[][] scores) => PredictionsReport.Of(
        [.. scores.Select((s, epoch) => new MonitorRecord(epoch, epoch, 1, 1, 1, [], []) { Answers = [new RowAnswer(1, s), new RowAnswer(2, s)] })], task, truth, s_names);
}
