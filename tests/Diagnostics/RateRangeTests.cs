using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Diagnostics;

internal sealed class RateRangeTests
{
    [Test]
    public void Steepest_FallsAndRises_IsInTheMiddleOfTheFall()
    {
        RatePoint[] points = [.. Enumerable.Range(0, 100).Select(i =>
        {
            double loss = 2 - (1.5 / (1 + Math.Exp((50 - i) / 5.0))) + (i > 80 ? (i - 80) * 0.2 : 0);
            return new RatePoint(Math.Pow(10, (i - 100) / 20.0), loss, loss);
        })];

        Assert.That(RateRange.Steepest(points), Is.EqualTo(points[50].Rate).Within(1e-12));
    }

    [Test]
    public void Steepest_NeverFalls_IsNull() =>
        Assert.That(RateRange.Steepest([.. Enumerable.Range(0, 50).Select(i => new RatePoint(i, i, i))]), Is.Null);

    [Test]
    public void Find_Perceptron_SuggestsARateThatTrainsItAndChangesNothing()
    {
        TrainingGraphs graphs = Networks.Mlp(6, [32, 3], 0);
        byte[][] before = [.. graphs.Parameters.Select(p => p.Initial.Bytes.ToArray())];
        (Tensor features, Tensor target) = Networks.Rows(400, 6, 3);
        using var runner = new SimdRunner(1);
        using var training = new ShortTraining(graphs, runner, new RowSet([features], target, [.. Enumerable.Range(0, 400)]), 32, 1);

        RateRange found = RateRange.Find(training);

        Assert.That(found.Suggested, Is.InRange(1e-3, 1));
        Assert.That(found.Points.Select(p => p.Rate), Is.Ordered);
        Assert.That(graphs.Parameters.Select(p => p.Initial.Bytes.ToArray()), Is.EqualTo(before));
    }
}
