using Anneal.Onnx;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class SplitTests
{
    [TestCase(10, 0.1, 0.0)]
    [TestCase(101, 0.25, 0.25)]
    [TestCase(7, 0.5, 0.2)]
    public void Holdout_AnyFraction_CoversEachRowOnceInExactCounts(int rows, double validation, double test)
    {
        SplitRows split = Split.Holdout(rows, validation, test, [], 5);
        Assert.That(split.Validation, Has.Length.EqualTo((int)Math.Round(rows * validation, MidpointRounding.AwayFromZero)));
        Assert.That(split.Test, Has.Length.EqualTo((int)Math.Round(rows * test, MidpointRounding.AwayFromZero)));
        Assert.That(split.Train.Concat(split.Validation).Concat(split.Test).Order(), Is.EqualTo(Enumerable.Range(0, rows)));
        Assert.That(split.Train, Is.Ordered);
        Assert.That(split.Validation, Is.Ordered);
    }

    [Test]
    public void Holdout_SameSeed_IsTheSameAndThisOne()
    {
        Assert.That(Split.Holdout(10, 0.3, 0, [], 7).Validation, Is.EqualTo(new[] { 2, 6, 9 }));
        Assert.That(Split.Holdout(10, 0.3, 0, [], 8).Validation, Is.Not.EqualTo(new[] { 2, 6, 9 }));
    }

    [Test]
    public void Holdout_Stratified_KeepsSharesByLargestRemainder()
    {
        long[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 55 ? 0L : i < 88 ? 1L : 2L)];
        SplitRows split = Split.Holdout(100, 0.1, 0, labels, 3);
        Assert.That(split.Validation.CountBy(r => labels[r]).OrderBy(c => c.Key).Select(c => c.Value), Is.EqualTo(new[] { 6, 3, 1 }), "5.5, 3.3 and 1.2 of 10");
    }

    [Test]
    public void Holdout_StratifiedTwice_StaysExactWhereClassesRunOut()
    {
        long[] labels = [.. Enumerable.Range(0, 30).Select(i => (long)(i / 3))];
        SplitRows split = Split.Holdout(30, 0.45, 0.5, labels, 3);
        Assert.That(split.Test, Has.Length.EqualTo(15));
        Assert.That(split.Validation, Has.Length.EqualTo(14));
        Assert.That(split.Train, Has.Length.EqualTo(1));
    }

    [Test]
    public void Holdout_Impossible_SaysWhy()
    {
        Assert.That(
            () => Split.Holdout(5, 0.4, 0, [0, 0, 1, 2, 2], 1, ["a", "b", "c"]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("class 'b' has a single row (row 2 from 0), so the split cannot be stratified. hint: set stratify: false, or add rows of that class"));
        Assert.That(() => Split.Holdout(4, 0.1, 0, [], 1), Throws.TypeOf<AnnealException>().With.Message.EqualTo("a validation part of 0.1 has none of 4 rows"));
        Assert.That(() => Split.Holdout(2, 0.5, 0.5, [], 1), Throws.TypeOf<AnnealException>().With.Message.EqualTo("the split leaves none of 2 rows to train on"));
    }
}
