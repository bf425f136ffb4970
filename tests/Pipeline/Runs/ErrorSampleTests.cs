using Anneal.Pipeline.Runs;

namespace Anneal.Tests.Pipeline.Runs;

internal sealed class ErrorSampleTests
{
    [Test]
    public void StandardErrorsTo_TwoShares_IsTheirZ()
    {
        var validation = new ErrorSample(400, 0.1, 0.09);
        var test = new ErrorSample(100, 0.2, 0.16);

        Assert.That(validation.StandardErrorsTo(test), Is.EqualTo(0.1 / Math.Sqrt(0.12 * 0.88 * ((1.0 / 400) + (1.0 / 100)))).Within(1e-12), "60 of 500 are wrong");
        Assert.That(test.StandardErrorsTo(validation), Is.Negative);
        Assert.That(new ErrorSample(80, 0, 0).StandardErrorsTo(new ErrorSample(120, 1, 0)), Is.GreaterThan(10), "all right against all wrong");
        Assert.That(new ErrorSample(5, 0, 0).StandardErrorsTo(new ErrorSample(5, 0, 0)), Is.Zero);
    }

    [Test]
    public void Pool_TwoSamples_HasMeanAndVarianceOfAllRows()
    {
        // 1, 3 and 2, 2, 8: mean 16/5, variance of the five numbers 82/5 - (16/5)^2.
        ErrorSample pooled = ErrorSample.Pool([new ErrorSample(2, 2, 1), new ErrorSample(3, 4, 8)], 5)!;

        Assert.That(pooled.Mean, Is.EqualTo(3.2).Within(1e-12));
        Assert.That(pooled.Variance, Is.EqualTo(16.4 - 10.24).Within(1e-12));
        Assert.That(ErrorSample.Pool([pooled, pooled], 7)!.Rows, Is.EqualTo(7), "rows that were evaluated twice count once");
    }

    [Test]
    public void Count_TestSets_AreCountedApartAndByConcurrentRunsToo()
    {
        using var folder = new TempFolder();

        Parallel.For(0, 20, i => TestLooks.Count(folder["runs"], i % 2 == 0 ? "even" : "odd"));

        Assert.That((TestLooks.Count(folder["runs"], "even"), TestLooks.Count(folder["runs"], "other")), Is.EqualTo((11, 1)));
    }
}
