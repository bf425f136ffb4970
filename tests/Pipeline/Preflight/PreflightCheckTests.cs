using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Preflight.Checks;
using Anneal.Pipeline.Preflight.Data;
using Anneal.Pipeline.Stages;

namespace Anneal.Tests.Pipeline.Preflight;

/// <summary>Each look at the data on tables made for it, whose figures are counted by hand.</summary>
internal sealed class PreflightCheckTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TempFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase(20, "passed", "2 classes, from 2 rows of 'b' to 40 of 'a'")]
    [TestCase(21, "warning", "2 classes, from 2 rows of 'b' to 42 of 'a'")]
    public void ClassBalance_CommonestOverRarest_WarnsAboveTwentyTimes(int times, string status, string detail)
    {
        PreflightResult found = Run(new ClassBalanceCheck(), "x: number", [
            .. Enumerable.Range(0, 2 * times).Select(i => $"train,{i},a"), "train,-1,b", "train,-2,b", "validation,-3,a", "validation,-4,b", "test,-5,a", "test,-6,b",
        ]);

        Assert.That((found.Status, found.Detail), Is.EqualTo((status, detail)));
        Assert.That(found.Hint?.Split(',')[0], Is.EqualTo(status == "passed" ? null : "weigh the classes (class_weights: balanced)"));
    }

    [TestCase("validation", "a")]
    [TestCase("test", "b")]
    public void ClassBalance_ClassAbsentFromAPart_WarnsByName(string part, string absent)
    {
        string[] rows = ["train,1,a", "train,2,b", "validation,3,a", "validation,4,b", "test,5,a", "test,6,b"];

        PreflightResult found = Run(new ClassBalanceCheck(), "x: number", [.. rows.Where(r => !(r.StartsWith(part, StringComparison.Ordinal) && r.EndsWith(absent, StringComparison.Ordinal)))]);

        Assert.That((found.Status, found.Detail), Is.EqualTo(("warning", $"2 classes, from 1 rows of 'a' to 1 of 'a'; no row to validate or to test on is of {absent}")));
    }

    [Test]
    public void Duplicates_WithinAndAcrossParts_AreCountedByPart()
    {
        PreflightResult found = Run(new DuplicatesCheck(), "x: number", [
            "train,1,a", "train,1,a", "train,1,a", "train,1,b", "train,2,b",
            "validation,1,a", "validation,5,b", "validation,5,b",
            "test,9,a", "test,9,a", "test,9,a", "test,7,b",
        ]);

        Assert.That(found.Values, Is.EquivalentTo(new Dictionary<string, double>
        {
            ["within_train"] = 2,
            ["conflicting"] = 1,
            ["within_validation"] = 1,
            ["within_test"] = 2,
            ["validation_in_train"] = 1,
            ["test_in_train"] = 0,
        }));
        Assert.That(found.Detail, Is.EqualTo(
            "2 of 5 training rows repeat another of them (1 have another row's inputs and another answer), 1 validation and 2 test rows another of theirs; "
            + "1 of 3 validation rows and 0 of 4 test rows are also rows to train or choose by"));
        Assert.That((found.Status, found.Hint), Is.EqualTo(("warning", "validation is too kind: take the repeated rows out, or split by group")));
    }

    [TestCase(1, "passed")]
    [TestCase(2, "warning")]
    public void Duplicates_ValidationRowsInTrain_WarnAboveATwentieth(int repeated, string status)
    {
        PreflightResult found = Run(new DuplicatesCheck(), "x: number", [
            .. Enumerable.Range(0, 30).Select(i => $"train,{i},a"), "train,30,b", .. Enumerable.Range(0, 20).Select(i => $"validation,{(i < repeated ? i : 100 + i)},a"), "test,200,a",
        ]);

        Assert.That((found.Status, found.Values!["validation_in_train"]), Is.EqualTo((status, repeated)));
    }

    [Test]
    public void Outliers_OneNumberFarOut_IsToldWithItsRow()
    {
        PreflightResult found = Run(new OutliersCheck(), "x: number, w: number, k: category", [
            .. Enumerable.Range(0, 60).Select(i => $"train,{(i == 17 ? 1000 : i % 12)},{i % 7},u,{(i % 2 == 0 ? "a" : "b")}"), "validation,1,1,u,a", "test,2,2,u,b",
        ]);

        Assert.That((found.Status, found.Detail), Is.EqualTo(("passed", "x: 1 (rows 17)")));
    }

    [Test]
    public void Outliers_NoneOrNoNumbers_SaysSo()
    {
        string[] rows = [.. Enumerable.Range(0, 60).Select(i => $"train,{i % 12},a"), "validation,1,b", "test,2,b"];

        Assert.That(Run(new OutliersCheck(), "x: number", rows).Detail, Is.EqualTo("no number is further from the quartiles than three times their distance"));
        Assert.That(Run(new OutliersCheck(), "x: category", rows).Status, Is.EqualTo("skipped"));
    }

    [Test]
    public void Columns_ConstantNearUniqueAndMissing_AreNamed()
    {
        PreflightResult found = Run(new ColumnsCheck(), "x: number, k: category, id: category", [
            .. Enumerable.Range(0, 60).Select(i => $"train,{(i < 2 ? "" : $"{i / 2}.5")},same,case {i},{(i % 2 == 0 ? "a" : "b")}"), "validation,1,same,v,a", "test,2,same,t,b",
        ]);

        Assert.That((found.Status, found.Detail), Is.EqualTo(("warning", "3 columns, 2 values missing; k is constant, id is near-unique")));
        Assert.That(found.Hint, Is.EqualTo("set what is constant, or names a row, to ignore"));
    }

    [Test]
    public void Columns_NothingOdd_PassesWithTheirNumber()
    {
        PreflightResult found = Run(new ColumnsCheck(), "x: number", [.. Enumerable.Range(0, 60).Select(i => $"train,{i}.5,{(i % 2 == 0 ? "a" : "b")}"), "validation,1,a", "test,2,b"]);

        Assert.That((found.Status, found.Detail), Is.EqualTo(("passed", "1 columns, 0 values missing")));
    }

    // A straight line tells a number; with noise of 0.2 deviations of it 96 % of its variance; with noise of its own size half.
    [TestCase(0, "failed", "the answer follows from a single column: b (100")]
    [TestCase(0.2, "warning", "the answer nearly follows from a single column: b (9")]
    [TestCase(1, "passed", "the best single column is b (")]
    public void Leakage_NumberThatTellsANumber_IsJudgedByWhatItLeaves(double noise, string status, string detail)
    {
        PreflightResult found = Run(new LeakageCheck(), "a: number, b: number", [.. Rows(2000, (i, draw) =>
        {
            double y = draw(0);
            return Text($"{draw(1)},{5 - (3 * (y + (noise * draw(2))))},{y}");
        })], "regression");

        Assert.That((found.Status, found.Detail[..detail.Length]), Is.EqualTo((status, detail)), found.Detail);
    }

    // Of 2 classes each error counts twice what a constant's counts: 1 row in 200 leaves 1 %, 1 in 50 leaves 4 %, 1 in 5 leaves 40 %.
    [TestCase(int.MaxValue, "failed", "the answer follows from a single column: k (100")]
    [TestCase(50, "warning", "the answer nearly follows from a single column: k (9")]
    [TestCase(5, "passed", "the best single column is k (")]
    public void Leakage_CategoryThatTellsAClass_IsJudgedByWhatItLeaves(int wrongOneIn, string status, string detail)
    {
        PreflightResult found = Run(new LeakageCheck(), "a: category, k: category", [.. Rows(2000, (i, draw) =>
        {
            bool y = draw(0) > 0;
            return $"{i % 3},{(y != (i % wrongOneIn == 1) ? "yes" : "no")},{(y ? "a" : "b")}";
        })]);

        Assert.That((found.Status, found.Detail[..detail.Length]), Is.EqualTo((status, detail)), found.Detail);
    }

    [TestCase(2e-8, "passed", "3 gradients, the largest relative error is 2.0e-8: good")]
    [TestCase(5e-5, "passed", "3 gradients, the largest relative error is 5.0e-5: well enough")]
    [TestCase(2e-4, "warning", "suspicious gradient of dense2.weight (relative error 2.0e-4)")]
    [TestCase(0.01, "warning", "suspicious gradient of dense2.weight (relative error 1.0e-2)")]
    [TestCase(0.02, "failed", "wrong gradient of dense2.weight (relative error 2.0e-2)")]
    [TestCase(double.NaN, "failed", "wrong gradient of dense2.weight (relative error NaN)")]
    public void Judge_LargestError_DecidesAndIsNamed(double error, string status, string detail)
    {
        PreflightResult found = new GradientChecks().Judge([new("dense1.weight", 1e-9, 6, 0), new("dense2.weight", error, 6, 0), new("penalty of dense1.weight", 1e-10, 6, 0)]);

        Assert.That((found.Status, found.Detail), Is.EqualTo((status, detail)));
        Assert.That(found.Values!["dense2.weight"], Is.EqualTo(error));
        Assert.That(found.Hint, Is.EqualTo(status == "passed" ? null : "look at the gradient of the ops between that parameter and the loss"));
    }

    [Test]
    public void Judge_PenaltysGradientAndKinks_AreToldApart()
    {
        PreflightResult found = new GradientChecks().Judge([new("w", 1e-9, 6, 2), new("penalty of w", 0.5, 6, 1), new("penalty of v", 0.001, 6, 0)]);

        Assert.That((found.Status, found.Detail), Is.EqualTo((
            "failed", "wrong gradient of penalty of w (relative error 5.0e-1), penalty of v (relative error 1.0e-3); 3 of 18 elements at a kink are left out")));
    }

    // The pixels of an image are its row's number and one more: rows that are not trained on would be seen.
    [Test]
    public void DataReport_FloatImages_HasMomentsAndASheet()
    {
        Tensor images = Tensor.Zeros(DType.Float, 6, 1, 2, 2);
        for (int i = 0; i < images.Length; i++)
        {
            images.Span<float>()[i] = (i / 4) + (i % 2) + 0.5f;
        }

        (DataReport report, int[] rows) = Report(images);

        double[] seen = [.. rows.SelectMany(r => new[] { r + 0.5, r + 1.5, r + 0.5, r + 1.5 })];
        ColumnReport column = report.Columns.Single();
        Assert.That((column.Type, column.Missing, column.Distinct), Is.EqualTo(("float[1,2,2]", 0, (int?)null)));
        Assert.That(column.Mean, Is.EqualTo(seen.Average()).Within(1e-12));
        Assert.That(column.Deviation, Is.EqualTo(Math.Sqrt(seen.Average(v => (v - seen.Average()) * (v - seen.Average())))).Within(1e-12));
        Assert.That((column.Min, column.Max), Is.EqualTo((seen.Min(), seen.Max())));
        Assert.That(report.ContactSheet, Does.StartWith("data:image/png;base64,"));
    }

    [Test]
    public void DataReport_ByteImages_HasMomentsOfItsPixels()
    {
        Tensor images = Tensor.Zeros(DType.UInt8, 6, 1, 2, 2);
        for (int i = 0; i < images.Length; i++)
        {
            images.Bytes[i] = (byte)((i / 4) + (i % 2 * 100));
        }

        (DataReport report, int[] rows) = Report(images);

        double[] seen = [.. rows.SelectMany(r => new double[] { r, r, r + 100, r + 100 })];
        ColumnReport column = report.Columns.Single();
        Assert.That((column.Type, column.Distinct, column.SourceSizes), Is.EqualTo(("uint8[1,2,2]", (int?)seen.Distinct().Count(), (Anneal.Trainer.Data.Images.ImageSizes?)null)));
        Assert.That(column.Mean, Is.EqualTo(seen.Average()).Within(1e-12));
        Assert.That(column.Deviation, Is.EqualTo(Math.Sqrt(seen.Average(v => (v - seen.Average()) * (v - seen.Average())))).Within(1e-12));
        Assert.That((column.Min, column.Max), Is.EqualTo((seen.Min(), seen.Max())));
    }

    private (DataReport Report, int[] Rows) Report(Tensor images)
    {
        using PreflightSubject subject = Images(images);
        return (DataReports.Of(subject), subject.Columns.TrainRows);
    }

    private PreflightSubject Images(Tensor images)
    {
        using (FileStream features = File.Create(_folder["x.npy"]), labels = File.Create(_folder["y.npy"]))
        {
            NpyWriter.Write(features, images);
            NpyWriter.Write(labels, Tensor.Vector<long>(0, 1, 0, 1, 0, 1));
        }

        return Subject("""
            task: classification
            data: {train: {npy: {features: x.npy, labels: y.npy}}, split: {holdout: {validation: 0.34}}}
            model: {layers: [flatten, {dense: auto}]}
            """);
    }

    private PreflightResult Run(IPreflightCheck check, string columns, string[] rows, string task = "classification")
    {
        string names = string.Join(',', columns.Split(", ").Select(c => c.Split(':')[0]));
        _folder.Write("rows.csv", $"part,{names},y\n{string.Join('\n', rows)}\n");
        using PreflightSubject subject = Subject($$"""
            task: {{task}}
            data:
              train: {csv: {path: rows.csv, columns: {part: ignore, {{columns}}, y: {{(task == "regression" ? "number" : "category")}} } } }
              label: y
              split: {given: part}
            model: {layers: [{dense: auto}]}
            """);
        return check.Run(subject);
    }

    private PreflightSubject Subject(string body)
    {
        LoadedConfig config = ConfigLoader.Parse(Config.ConfigText.Pipeline(body), "pipelines.yaml", [_folder[""]]);
        LoadedData loaded = LoadedData.Load(config);
        return new PreflightSubject(config, loaded, loaded.Prepare(loaded.Plan.Of(loaded.Plan.Folds[0].Name)), 1);
    }

    private static IEnumerable<string> Rows(int count, Func<int, Func<int, double>, string> row)
    {
        ulong key = CounterRandom.Key(9, "tests/preflight");
        return Enumerable.Range(0, count).Select(i => (i switch { 0 => "validation,", 1 => "test,", _ => "train," }) + row(i, k => (CounterRandom.UInt32(key, (ulong)((4 * i) + k)) / 2147483648.0) - 1));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
