using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;

namespace Anneal.Tests.Monitors;

internal sealed class TensorStatisticsTests
{
    [Test]
    public void Of_Numbers_GivesMomentsByTheirFormulas()
    {
        TensorStatistics statistics = TensorStatistics.Of([1, 2, 3, 6]);

        Assert.That(statistics.Mean, Is.EqualTo(3));
        Assert.That(statistics.Variance, Is.EqualTo(3.5));
        Assert.That(statistics.Norm, Is.EqualTo(Math.Sqrt(50)).Within(1e-15));
        Assert.That(statistics.NotFinite, Is.Zero);
        Assert.That((statistics.Histogram.Low, statistics.Histogram.High), Is.EqualTo((1.0, 6.0)));
        Assert.That(statistics.Histogram.Counts.Sum(), Is.EqualTo(4));
        Assert.That((statistics.Histogram.Counts[0], statistics.Histogram.Counts[^1]), Is.EqualTo((1L, 1L)));
    }

    // Below, at and above the width of any vector, and what is left of several.
    [Test]
    public void Of_AnyLength_IsTheSumOneByOne([Values(1, 3, 7, 8, 9, 16, 17, 1000)] int length)
    {
        float[] values = [.. Enumerable.Range(0, length).Select(i => ((i * 37 % 101) - 40) / 7f)];
        double mean = values.Average(v => (double)v);

        TensorStatistics statistics = TensorStatistics.Of(values);

        Assert.That(statistics.Mean, Is.EqualTo(mean).Within(1e-12));
        Assert.That(statistics.Variance, Is.EqualTo(values.Average(v => (v - mean) * (v - mean))).Within(1e-12));
        Assert.That(statistics.Norm, Is.EqualTo(Math.Sqrt(values.Sum(v => (double)v * v))).Within(1e-12));
        double width = (statistics.Histogram.High - statistics.Histogram.Low) / Histogram.Bins;
        int[] bins = [.. values.Select(v => width > 0 ? Math.Min((int)((v - statistics.Histogram.Low) / width), Histogram.Bins - 1) : 0)];
        Assert.That(statistics.Histogram.Counts, Is.EqualTo(Enumerable.Range(0, Histogram.Bins).Select(b => (long)bins.Count(x => x == b))));
        Assert.That(TensorStatistics.Distance(values, new float[length]), Is.EqualTo(statistics.Norm).Within(1e-12));
    }

    [Test]
    public void Of_NaNAndInfinity_AreCountedApart()
    {
        TensorStatistics statistics = TensorStatistics.Of([float.NaN, 2, float.PositiveInfinity, 4]);

        Assert.That((statistics.Mean, statistics.Variance, statistics.NotFinite), Is.EqualTo((3.0, 1.0, 2L)));
        Assert.That(statistics.Histogram.Counts.Sum(), Is.EqualTo(2));
    }

    [Test]
    public void Of_NothingFinite_IsAllZero()
    {
        Assert.That(TensorStatistics.Of([]).Histogram.Counts.Sum(), Is.Zero);
        Assert.That(TensorStatistics.Of([float.NaN]).NotFinite, Is.EqualTo(1));
    }

    [Test]
    public void Of_EqualNumbers_FallIntoTheFirstBin() =>
        Assert.That(TensorStatistics.Of([5, 5, 5]).Histogram.Counts[0], Is.EqualTo(3));

    [Test]
    public void Dead_ChannelsAndFeatures_AreZeroInEveryRowAndPlace()
    {
        Tensor image = Tensor.Zeros(DType.Float, 2, 3, 2, 2);
        image.Span<float>()[(1 * 12) + (2 * 4) + 3] = 1;
        Tensor rows = Tensor.Of<float>([2, 4], [0, 1, 0, 0, 0, 0, 0, 2]);

        Assert.That(UnitActivity.Dead(Activation.Relu, image), Is.EqualTo(2 / 3.0));
        Assert.That(UnitActivity.Dead(Activation.Relu, rows), Is.EqualTo(0.5));
        Assert.That(UnitActivity.Dead(Activation.Tanh, rows), Is.Null);
    }

    [Test]
    public void Saturated_SquashingFunctions_CountTheirFlatEnds()
    {
        Tensor rows = Tensor.Of<float>([1, 4], [-0.99f, 0.5f, 0.999f, 0.001f]);

        Assert.That(UnitActivity.Saturated(Activation.Tanh, rows), Is.EqualTo(0.5));
        Assert.That(UnitActivity.Saturated(Activation.Sigmoid, rows), Is.EqualTo(0.75));
        Assert.That(UnitActivity.Saturated(Activation.Relu, rows), Is.Null);
    }

    [Test]
    public void SilentRows_RowsOfZeros_AreFound() =>
        Assert.That(UnitActivity.SilentRows(Tensor.Of<float>([4, 2], [0, 0, 1, 0, 0, 0, 0, 0])), Is.EqualTo(new[] { 0, 2, 3 }));
}
