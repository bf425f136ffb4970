using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Tests.Pipeline.Preflight;

internal sealed class DistanceTests
{
    [Test]
    public void OfNumbers_ByHand_IsTheLargestGapOfTheShares()
    {
        // Shares below: at 2 it is 2/4 against 0, at 3 it is 3/4 against 1/2.
        Assert.That(Distance.OfNumbers([1, 2, 3, 4], [3, 5]).Distance, Is.EqualTo(0.5));
        Assert.That(Distance.OfNumbers([1, 1, 2], [1, 1, 2]).Distance, Is.Zero);
    }

    [Test]
    public void OfCategories_ByHand_IsHalfTheSumOfDifferences() =>
        Assert.That(Distance.OfCategories(["a", "a", "b", "c"], ["a", "d"]).Distance, Is.EqualTo(0.5).Within(1e-12));

    [Test]
    public void ColumnReport_Numbers_CountsWhatIsMissingOddAndFarOut()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => (float)i % 10), float.NaN, 1000];

        ColumnReport report = ColumnReport.Of(new DataColumn("x", values, null), [.. Enumerable.Range(0, values.Length)]);

        Assert.That((report.Missing, report.Distinct!.Value, report.Outliers), Is.EqualTo((1, 11, 1)));
        Assert.That(report.OutlierRows, Is.EqualTo(new[] { 101 }));
        Assert.That(report.Notes, Is.Empty);
    }

    [Test]
    public void ColumnReport_ConstantAndNearUnique_SaysSo()
    {
        int[] rows = [.. Enumerable.Range(0, 60)];

        Assert.That(ColumnReport.Of(new DataColumn("x", [.. rows.Select(_ => 3f)], null), rows).Notes, Is.EqualTo(new[] { "constant" }));
        Assert.That(ColumnReport.Of(new DataColumn("id", null, [.. rows.Select(r => $"case {r}")]), rows).Notes, Is.EqualTo(new[] { "near-unique" }));
    }
}
