using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data.Splits;

namespace Anneal.Tests.TrainerData;

public sealed class RowSplitTests
{
    private static readonly RowSplit[] s_all =
    [
        new HoldoutSplit(0.2, true) { Test = 0.1 },
        new KFoldSplit(4, true) { Test = 0.1 },
        new KFoldSplit(4, false) { Test = 0.1 },
        new KFoldSplit(3, true) { Shuffle = false },
        new KFoldSplit(3, false) { Shuffle = false },
        new KFoldSplit(3, true) { Repeats = 2, Test = 0.25 },
        new BootstrapSplit(3, true) { Test = 0.2 },
        new BootstrapSplit(3, false),
        new TimeSplit(0.2, null) { Test = 0.1 },
        new GroupSplit(3, 0) { Test = 0.2 },
        new GroupSplit(null, 0.2),
    ];

    [TestCaseSource(nameof(s_all))]
    public void Of_AnyFold_HoldsValidationAndTestOutOfTrainingAndLeavesNoRowOut(RowSplit split)
    {
        SplitInput input = Input(101);

        SplitPlan plan = split.Of(input);

        Assert.That(plan.Folds.Select(f => f.Name), Is.EqualTo(split.FoldNames));
        Assert.That(plan.Test, Is.Ordered);
        Assert.That(plan.Test, Has.Length.EqualTo((int)Math.Round(101 * split.Test)).Within(split is GroupSplit ? 10 : split is TimeSplit ? 5 : 0));
        foreach (Fold fold in plan.Folds)
        {
            Assert.That(fold.Train, Is.Not.Empty.And.Ordered);
            Assert.That(fold.Validation, Is.Not.Empty.And.Ordered.And.Unique);
            Assert.That(fold.Train.Intersect(fold.Validation.Concat(plan.Test)), Is.Empty);
            Assert.That(fold.Validation.Intersect(plan.Test), Is.Empty);
            Assert.That(fold.Train.Concat(fold.Validation).Concat(plan.Test).Distinct().Order(), Is.EqualTo(Enumerable.Range(0, 101)));
        }

        Assert.That(plan.TrainAndValidation.Train, Is.EqualTo(Enumerable.Range(0, 101).Except(plan.Test)));
    }

    [TestCaseSource(nameof(s_all))]
    public void Of_SameSeed_IsTheSame(RowSplit split)
    {
        SplitPlan plan = split.Of(Input(60));
        SplitPlan again = split.Of(Input(60));

        Assert.That(again.Test, Is.EqualTo(plan.Test));
        Assert.That(again.Folds.Select(f => f.Train), Is.EqualTo(plan.Folds.Select(f => f.Train)));
        Assert.That(again.Folds.Select(f => f.Validation), Is.EqualTo(plan.Folds.Select(f => f.Validation)));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void KFold_AnyOrder_ValidatesOnEachRowOnceInFoldsOfNearlyOneSize(bool stratify, bool shuffle)
    {
        SplitInput input = Input(103);

        SplitPlan plan = new KFoldSplit(5, stratify) { Shuffle = shuffle }.Of(input);

        Assert.That(plan.Folds.SelectMany(f => f.Validation).Order(), Is.EqualTo(Enumerable.Range(0, 103)));
        Assert.That(plan.Folds.Select(f => f.Validation.Length).Order(), Is.EqualTo(new[] { 20, 20, 21, 21, 21 }));
        foreach (long index in stratify ? input.Classes!.Distinct() : [])
        {
            int[] counts = [.. plan.Folds.Select(f => f.Validation.Count(r => input.Classes![r] == index))];
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1), $"class {index}");
        }
    }

    [Test]
    public void KFold_NeitherShuffledNorStratified_TakesConsecutiveRows() => Assert.That(
        new KFoldSplit(2, false) { Shuffle = false }.Of(Input(5)).Folds.Select(f => f.Validation), Is.EqualTo(new[] { new[] { 0, 1, 2 }, [3, 4] }));

    [Test]
    public void KFold_Repeated_IsAnotherOrderEachTimeAndTheFirstIsThatOfOne()
    {
        SplitPlan plan = new KFoldSplit(3, true) { Repeats = 2 }.Of(Input(60));
        SplitPlan single = new KFoldSplit(3, true).Of(Input(60));

        Assert.That(plan.Folds.Select(f => f.Name), Is.EqualTo(new[] { "1.1", "1.2", "1.3", "2.1", "2.2", "2.3" }));
        Assert.That(plan.Folds[0].Validation, Is.EqualTo(single.Folds[0].Validation));
        Assert.That(plan.Folds[3].Validation, Is.Not.EqualTo(plan.Folds[0].Validation));
    }

    [Test]
    public void Bootstrap_ManyRows_DrawsAsManyAndLeavesAboutOneInEOut()
    {
        SplitPlan plan = new BootstrapSplit(2, false).Of(new SplitInput(10_000, 3));

        Assert.That(plan.Folds[0].Train, Has.Length.EqualTo(10_000));
        Assert.That(plan.Folds[0].Train, Is.Not.EqualTo(plan.Folds[1].Train));

        // 10,000/e = 3679; the number of rows left out deviates by about 31.
        Assert.That(plan.Folds[0].Validation, Has.Length.EqualTo(3679).Within(5 * 31));
    }

    [Test]
    public void Bootstrap_Stratified_DrawsAsManyOfEachClass()
    {
        SplitInput input = Input(90);

        foreach (Fold fold in new BootstrapSplit(3, true).Of(input).Folds)
        {
            Assert.That(fold.Train.CountBy(r => input.Classes![r]).ToDictionary(), Is.EquivalentTo(input.Classes!.CountBy(c => c).ToDictionary()));
        }
    }

    [Test]
    public void Time_Marked_HoldsTheLatestOut()
    {
        SplitPlan plan = new TimeSplit(0.2, null) { Test = 0.2 }.Of(Marked("5", "1", "-2", "1e1", "3"));

        Assert.That(plan.Folds[0].Train, Is.EqualTo(new[] { 1, 2, 4 }));
        Assert.That((plan.Folds[0].Validation, plan.Test), Is.EqualTo((new[] { 0 }, new[] { 3 })));
    }

    [Test]
    public void Time_RowsOfOneTime_StayTogetherInTheLaterPart()
    {
        SplitPlan plan = new TimeSplit(0.25, null).Of(Marked("2026-01-02", "2026-01-01", "2026-01-02", "2026-01-02"));

        Assert.That((plan.Folds[0].Train, plan.Folds[0].Validation), Is.EqualTo((new[] { 1 }, new[] { 0, 2, 3 })));
    }

    [TestCase("2026-02-01", 2)]
    [TestCase("2026-01-31T12:00:00Z", 2)]
    [TestCase("2026-01-31T01:00:00+02:00", 3)]
    public void Time_Cut_ValidatesFromThere(string cut, int held)
    {
        SplitPlan plan = new TimeSplit(0, cut).Of(Marked("2026-02-01", "2026-01-01", "2026-03-01T08:30", "2026-01-31", "2026-01-02"));

        Assert.That(plan.Folds[0].Validation, Has.Length.EqualTo(held));
    }

    [Test]
    public void Time_NoMarks_TakesTheLastRows()
    {
        SplitPlan plan = new TimeSplit(0.2, null) { Test = 0.1 }.Of(new SplitInput(10, 1));

        Assert.That((plan.Folds[0].Validation, plan.Test), Is.EqualTo((new[] { 7, 8 }, new[] { 9 })));
    }

    [TestCase(3, 0.0)]
    [TestCase(null, 0.3)]
    public void Group_AnySplit_KeepsEachGroupOnOneSide(int? k, double validation)
    {
        SplitInput input = Input(100);

        SplitPlan plan = new GroupSplit(k, validation) { Test = 0.2 }.Of(input);

        foreach (Fold fold in plan.Folds)
        {
            string[][] groups = [.. new[] { fold.Train, fold.Validation, plan.Test }.Select(rows => rows.Select(r => input.Marks![r]).Distinct().ToArray())];
            Assert.That(groups.SelectMany(g => g), Is.Unique);
        }
    }

    [Test]
    public void Group_Folds_DealTheLargestFirst()
    {
        string[] marks = [.. Enumerable.Repeat("a", 6), .. Enumerable.Repeat("b", 4), .. Enumerable.Repeat("c", 2)];

        SplitPlan plan = new GroupSplit(2, 0).Of(Marked(marks));

        Assert.That(plan.Folds.Select(f => f.Validation), Is.EqualTo(new[] { Enumerable.Range(0, 6), Enumerable.Range(6, 6) }));
    }

    [Test]
    public void Given_WordsOrNumbers_AreTheParts()
    {
        SplitPlan words = new GivenSplit().Of(Marked("test", "train", "validation", "train"));
        SplitPlan numbers = new GivenSplit().Of(Marked("2", "0", "1", "0"));

        Assert.That((words.Folds[0].Train, words.Folds[0].Validation, words.Test), Is.EqualTo((new[] { 1, 3 }, new[] { 2 }, new[] { 0 })));
        Assert.That((numbers.Folds[0].Train, numbers.Folds[0].Validation, numbers.Test), Is.EqualTo((new[] { 1, 3 }, new[] { 2 }, new[] { 0 })));
    }

    private static IEnumerable<TestCaseData> Impossible()
    {
        yield return Case(new KFoldSplit(5, false), new SplitInput(4, 1), "5 folds of 4 rows: a fold would have no row. hint: lower 'k', or add rows");
        yield return Case(new KFoldSplit(2, true), Classes(0, 0, 1, 0), "class 'b' has 1 row to train and validate on, fewer than the 2 folds, so the split cannot be stratified. hint: lower 'k', set stratify: false, or add rows of that class");
        yield return Case(new KFoldSplit(3, true), Classes(0, 0, 1, 0, 1), "class 'b' has 2 rows to train and validate on, fewer than the 3 folds, so the split cannot be stratified. hint: lower 'k', set stratify: false, or add rows of that class");
        yield return Case(new BootstrapSplit(1, true), Classes(0, 1, 2), "round 1 of the bootstrap draws every one of 3 rows: none is out of bag to validate on. hint: add rows: a class of one row is always drawn; or set stratify: false");
        yield return Case(new GroupSplit(2, 0), Marked("x", "x"), "all rows are of one group, 'x': none can be held out. hint: name another column, or use another split");
        yield return Case(new GroupSplit(3, 0), Marked("x", "y", "y"), "3 folds of 2 groups: a fold would have no group. hint: lower 'k'");
        yield return Case(new GroupSplit(null, 0.5) { Test = 0.5 }, Marked("x", "y"), "the split leaves none of 2 groups to train on");
        yield return Case(new TimeSplit(0.5, null), Marked("1", "1"), "the split by time leaves none of 2 rows to train on. hint: rows of one time stay together: give other fractions, or a finer time");
        yield return Case(new TimeSplit(0, "9"), Marked("1", "2"), "the split by time leaves none of 2 rows to validate on: the cut is 9. hint: move the cut");
        yield return Case(new TimeSplit(0, "soon"), Marked("1", "2"), "the cut 'soon' is no number, and the rows' times are");
        yield return Case(new TimeSplit(0.5, null), Marked("2026-01-01", "1/2/2026"), "row 1 (from 0): '1/2/2026' is no date like 2026-01-31 or 2026-01-31T12:00. hint: times are numbers, or dates as ISO 8601 writes them");
        yield return Case(new GivenSplit(), Marked("train", "dev"), "row 1 (from 0): 'dev' is no part of the data. hint: mark rows as train, validation or test; in an array as 0, 1 or 2");
        yield return Case(new GivenSplit(), Marked("train", "test"), "no row is marked 'validation'");

        static TestCaseData Case(RowSplit split, SplitInput input, string message) => new TestCaseData(split, input, message).SetArgDisplayNames(message);
    }

    [TestCaseSource(nameof(Impossible))]
    public void Of_Impossible_SaysWhy(RowSplit split, SplitInput input, string message) =>
        Assert.That(() => split.Of(input), Throws.TypeOf<AnnealException>().With.Message.EqualTo(message));

    [Test]
    public void RowMarks_WholeNumbersAndFractions_AreTheirText()
    {
        using var folder = new TempFolder();
        Save(folder["groups.npy"], Tensor.Vector<long>(9007199254740993, -1));
        Save(folder["times.npy"], Tensor.Vector<double>(0.5, 2));

        Assert.That(RowMarks.Read(folder["groups.npy"], 2), Is.EqualTo(new[] { "9007199254740993", "-1" }));
        Assert.That(RowMarks.Read(folder["times.npy"], 2), Is.EqualTo(new[] { "0.5", "2" }));
        Assert.That(
            () => RowMarks.Read(folder["times.npy"], 3),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{folder["times.npy"]}: 2 rows, but 3 rows of data"));
    }

    private static void Save(string path, Tensor tensor)
    {
        using FileStream stream = File.Create(path);
        NpyWriter.Write(stream, tensor);
    }

    // Three classes of about 50, 33 and 17 rows in a hundred, and groups of six rows.
    private static SplitInput Input(int rows) => new(rows, 7)
    {
        Classes = [.. Enumerable.Range(0, rows).Select(i => i % 6 < 3 ? 0L : i % 6 < 5 ? 1L : 2L)],
        Marks = [.. Enumerable.Range(0, rows).Select(i => $"{i / 6}")],
    };

    private static SplitInput Classes(params long[] classes) => new(classes.Length, 1) { Classes = classes, ClassNames = ["a", "b", "c"] };

    private static SplitInput Marked(params string[] marks) => new(marks.Length, 1) { Marks = marks };
}
