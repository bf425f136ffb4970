using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Features;
using Anneal.Trainer.Models;
using static Anneal.Tests.Features.FeatureRun;

namespace Anneal.Tests.Features;

/// <summary>Each way to scale, fill and encode a column by its definition, with missing and unknown values, on both engines.</summary>
public sealed class TableFeaturesTests
{
    private static FittedFeatures FitNumber(NumberFeature how, DataTable table, params int[] rows) => FeatureGraph.Fit(new FeatureOptions { Numbers = how }, table, rows);

    private static FittedFeatures FitCategory(CategoryFeature how, DataTable table, params int[] rows) => FeatureGraph.Fit(new FeatureOptions { Categories = how }, table, rows);

    [Test]
    public void Fit_Robust_IsByMedianAndQuartiles()
    {
        // Of 1, 2, 3, 4, 100 the median is 3 and the quartiles are 2 and 4.
        DataTable table = Table(Number("x", 4, 2, 100, 1, 3, float.NaN, 7));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.Robust, Impute = Imputation.Median }, table, 0, 1, 2, 3, 4, 5);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new[] { 0.5f, -0.5f, 48.5f, -1, 0, 0, 2 }).Within(1e-5));
        Assert.That(features.Warnings, Is.Empty);
    }

    [Test]
    public void Fit_RobustBetweenTwoNumbers_InterpolatesTheQuartiles()
    {
        // Of 0, 10, 20, 40 the quartiles are 7.5 and 25, as NumPy has them.
        DataTable table = Table(Number("x", 0, 10, 20, 40));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.Robust }, table, 0, 1, 2, 3);
        Assert.That(Run(features, table).Span<float>()[3], Is.EqualTo(25 / 17.5).Within(1e-6));
    }

    [Test]
    public void Fit_RobustWithEqualQuartiles_IsByTheDeviationAndWarns()
    {
        DataTable table = Table(Number("gain", 0, 0, 0, 0, 10));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.Robust }, table, 0, 1, 2, 3, 4);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new[] { 0, 0, 0, 0, 2.5f }).Within(1e-5), "deviation 4");
        Assert.That(features.Warnings, Is.EqualTo(new[] { "column 'gain': both quartiles are 0, so it is divided by its standard deviation instead of their distance" }));
    }

    [Test]
    public void Fit_Log_KeepsTheSignAndStandardises()
    {
        float[] raw = [-9, 0, 99, 5];
        DataTable table = Table(Number("x", [.. raw, float.NaN]));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.Log, Impute = Imputation.Constant, Fill = 99 }, table, 0, 1, 2);
        double[] logs = [.. raw.Append(99).Select(x => Math.Sign(x) * Math.Log(1 + Math.Abs(x)))];
        double mean = logs[..3].Average();
        double deviation = Math.Sqrt(logs[..3].Average(x => (x - mean) * (x - mean)));
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(logs.Select(x => (x - mean) / deviation)).Within(1e-5));
    }

    [Test]
    public void Fit_ColumnsOfEachScaling_AreEachScaledByTheirOwn()
    {
        DataTable table = Table(Number("plain", 1, 3), Number("log", 0, (float)(Math.E - 1)), Number("raw", 5, 6), Number("unit", 2, 6));
        var options = new FeatureOptions
        {
            NumberColumns = new Dictionary<string, NumberFeature>
            {
                ["log"] = new() { Scaling = NumberScaling.Log },
                ["raw"] = new() { Scaling = NumberScaling.None },
                ["unit"] = new() { Scaling = NumberScaling.MinMax },
            },
        };
        FittedFeatures features = FeatureGraph.Fit(options, table, [0, 1]);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new float[] { -1, -1, 5, 0, 1, 1, 6, 1 }).Within(1e-6));
        Assert.That(features.Numbers, Is.EqualTo(4));
    }

    [Test]
    public void Fit_ConstantColumnUnscaled_KeepsItsValue()
    {
        DataTable table = Table(Number("x", 7, 7, 9));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.None }, table, 0, 1);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new float[] { 7, 7, 9 }));
    }

    [Test]
    public void Fit_Indicator_SaysWhereANumberIsMissing()
    {
        DataTable table = Table(Number("x", 1, float.NaN, 3, 5), Number("y", 1, 2, 3, float.NaN), Category("c", "u", "v", "u", "u"));
        FittedFeatures features = FitNumber(new NumberFeature { Scaling = NumberScaling.None, Indicator = true, Impute = Imputation.Constant, Fill = -1 }, table, 0, 1, 2);
        Assert.That(features.Names, Is.EqualTo(new[] { "x", "y", "x=(missing)", "c=u", "c=v" }), "y misses none of the training rows");
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new float[] { 1, 1, 0, 1, 0, -1, 2, 1, 0, 1, 3, 3, 0, 1, 0, 5, -1, 0, 1, 0 }));
    }

    [TestCase(UnknownCategory.Zeros, new[] { "c=a", "c=b" }, new float[] { 1, 0, 0, 1, 0, 0, 0, 0 })]
    [TestCase(UnknownCategory.Bucket, new[] { "c=a", "c=b", "c=(unknown)" }, new float[] { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1 })]
    public void Fit_OneHot_GivesUnknownAndMissingTheirWay(UnknownCategory unknown, string[] names, float[] expected)
    {
        DataTable table = Table(Category("c", "a", "b", "zzz", ""));
        FittedFeatures features = FitCategory(new CategoryFeature { Unknown = unknown }, table, 0, 1);
        Assert.That(features.Names, Is.EqualTo(names));
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_MinCount_MakesRareCategoriesUnknown()
    {
        DataTable table = Table(Category("c", "a", "b", "b", "c", "c", "c"));
        FittedFeatures features = FitCategory(new CategoryFeature { MinCount = 2, Unknown = UnknownCategory.Bucket }, table, All(table));
        Assert.That(features.Names, Is.EqualTo(new[] { "c=b", "c=c", "c=(unknown)" }));
        Assert.That(Column(Run(features, table), 2), Is.EqualTo(new float[] { 1, 0, 0, 0, 0, 0 }));
        Assert.That(
            () => FitCategory(new CategoryFeature { MinCount = 4 }, table, All(table)),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("column 'c' has no category in at least 4 of 6 training rows. hint: lower min_count, or set the column to ignore"));
    }

    [Test]
    public void Fit_Ordinal_IsThePlaceAmongTheCategories()
    {
        DataTable table = Table(Category("size", "small", "large", "medium", "huge", ""));
        var how = new CategoryFeature { Encoding = CategoryEncoding.Ordinal, Order = ["small", "medium", "large"] };
        FittedFeatures zeros = FitCategory(how, table, 0, 1, 2, 3);
        Assert.That(Run(zeros, table).Span<float>().ToArray(), Is.EqualTo(new[] { 1 / 3f, 1, 2 / 3f, 0, 0 }).Within(1e-6));
        Assert.That(zeros.Warnings, Does.Contain("column 'size': 1 training rows have a category that 'order' does not name and so count as unknown: 'huge'"));
        FittedFeatures bucket = FitCategory(how with { Unknown = UnknownCategory.Bucket }, table, 0, 1, 2);
        Assert.That(bucket.Names, Is.EqualTo(new[] { "size", "size=(unknown)" }));
        Assert.That(Run(bucket, table).Span<float>().ToArray(), Is.EqualTo(new[] { 1 / 3f, 0, 1, 0, 2 / 3f, 0, 0, 1, 0, 1 }).Within(1e-6));
        Assert.That(Run(FitCategory(how with { Order = null }, table, 0, 1, 2), table).Span<float>()[..3].ToArray(), Is.EqualTo(new[] { 1, 1 / 3f, 2 / 3f }).Within(1e-6), "by their characters");
    }

    [TestCase(CategoryEncoding.OneHot)]
    [TestCase(CategoryEncoding.Ordinal)]
    [TestCase(CategoryEncoding.Embedding)]
    [TestCase(CategoryEncoding.Hashing)]
    [TestCase(CategoryEncoding.Hashing, 3)]
    public void Fit_MissingSpelledByTheTable_IsTakenAsTheEmptyText(CategoryEncoding encoding, int? width = null)
    {
        foreach ((UnknownCategory unknown, bool isSeen) in new[] { (UnknownCategory.Zeros, true), (UnknownCategory.Bucket, true), (UnknownCategory.Zeros, false), (UnknownCategory.Bucket, false) })
        {
            var how = new CategoryFeature { Encoding = encoding, Width = width, Unknown = unknown, Buckets = 31 };
            DataTable trained = Table(Number("x", 1, 2, 3), Category("c", "b", isSeen ? "" : "b", "a"));
            FeatureColumn number = Number("x", 1, float.NaN, 3, 4, 5);
            DataTable spelled = Table(number, Category("c", "?", "a", "NA", "zzz", ""));
            DataTable empty = Table(number, Category("c", "", "a", "", "zzz", ""));
            FittedFeatures plain = FitCategory(how, trained, 0, 1, 2);

            FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Categories = how, Missing = ["", "?", "NA"] }, trained, [0, 1, 2]);

            Tensor result = Run(features, spelled);
            Assert.That(features.Names, Is.EqualTo(plain.Names));
            Assert.That(result.Span<float>().ToArray(), Is.EqualTo(Run(plain, empty).Span<float>().ToArray()));
            bool isUnknown = result.Rows(0, 1).Span<float>()[1..].SequenceEqual(result.Rows(3, 1).Span<float>()[1..]);
            Assert.That(isUnknown, Is.EqualTo(!isSeen), "a category of its own only where training rows have it");
        }
    }

    [Test]
    public void Fit_UnknownIsAnError_TakesASpellingOfMissingThatTrainingHad()
    {
        var options = new FeatureOptions { Categories = new CategoryFeature { Unknown = UnknownCategory.Error }, Missing = ["NA"] };
        DataTable spelled = Table(Category("city", "NA", "a"));
        FittedFeatures seen = FeatureGraph.Fit(options, Table(Category("city", "", "a")), [0, 1]);
        FittedFeatures unseen = FeatureGraph.Fit(options, Table(Category("city", "a", "b")), [0, 1]);
        Assert.That(Run(seen, spelled).Span<float>().ToArray(), Is.EqualTo(new float[] { 1, 0, 0, 1 }));
        Assert.That(() => RunOurs(unseen, spelled), Throws.TypeOf<AnnealException>().With.Message.Contains("city is unknown"));
    }

    [Test]
    public void Fit_OrderThatNamesASpellingOfMissing_IsTakenAsTheReaderGivesIt()
    {
        var how = new CategoryFeature { Encoding = CategoryEncoding.Ordinal, Order = ["?", "low", "high"] };
        DataTable table = Table(Category("c", "low", "high", "", "?"));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Categories = how, Missing = ["?"] }, table, [0, 1, 2]);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new[] { 2 / 3f, 1, 0, 0 }).Within(1e-6));
    }

    [TestCase(UnknownCategory.Zeros)]
    [TestCase(UnknownCategory.Bucket)]
    public void Fit_Hashing_GivesEachCategoryItsBucket(UnknownCategory unknown)
    {
        string[] categories = [.. Enumerable.Range(0, 40).Select(i => $"city {i}")];
        DataTable table = Table(Category("c", [.. categories, "", "elsewhere"]));
        FittedFeatures features = FitCategory(new CategoryFeature { Encoding = CategoryEncoding.Hashing, Buckets = 8, Unknown = unknown }, table, [.. Enumerable.Range(0, 41)]);
        Tensor result = Run(features, table);
        int width = unknown == UnknownCategory.Bucket ? 9 : 8;
        Assert.That(features.Names, Has.Count.EqualTo(width).And.Contains("c=#7"));
        for (int row = 0; row < 41; row++)
        {
            float[] one = new float[width];
            one[CategoryColumns.Bucket(row < 40 ? categories[row] : "", 8)] = 1;
            Assert.That(result.Span<float>().Slice(row * width, width).ToArray(), Is.EqualTo(one));
        }

        float[] last = new float[width];
        last[^1] = unknown == UnknownCategory.Bucket ? 1 : 0;
        Assert.That(result.Span<float>().Slice(41 * width, width).ToArray(), Is.EqualTo(last), "what was not seen");
        Assert.That(Enumerable.Range(0, 8).Select(b => categories.Count(c => CategoryColumns.Bucket(c, 8) == b)), Is.All.InRange(1, 12), "5 expected, standard deviation 2");
    }

    [TestCase(CategoryEncoding.OneHot)]
    [TestCase(CategoryEncoding.Ordinal)]
    [TestCase(CategoryEncoding.Hashing)]
    [TestCase(CategoryEncoding.Embedding)]
    public void Fit_UnknownIsAnError_EndsTheRunOnBothEnginesByName(CategoryEncoding encoding)
    {
        DataTable seen = Table(Category("city", "a", "b", "b"));
        DataTable unseen = Table(Category("city", "a", "zzz", "b"));
        FittedFeatures features = FitCategory(new CategoryFeature { Encoding = encoding, Unknown = UnknownCategory.Error, Buckets = 5 }, seen, 0, 1, 2);
        Assert.That(Run(features, seen).Shape[0], Is.EqualTo(3));
        Assert.That(() => RunOurs(features, unseen), Throws.TypeOf<AnnealException>().With.Message.Contains("city is unknown"));
        using IGraphSession theirs = new OrtRunner(new OrtOptions { Threads = 1 }).Open(Model.Of(features.Graph), []);
        Assert.That(() => theirs.Run([unseen.Features[0].Values], new Tensor?[1]), Throws.TypeOf<AnnealException>().With.Message.Contains("city is unknown"));
    }

    [TestCase(UnknownCategory.Zeros)]
    [TestCase(UnknownCategory.Bucket)]
    public void Fit_Embedding_GivesIdsThatTheFirstLayerReads(UnknownCategory unknown)
    {
        DataTable table = Table(Number("x", 1, 3, 1, 3), Category("c", "b", "a", "b", "zzz"), Category("d", "u", "u", "v", "w"));
        var options = new FeatureOptions
        {
            CategoryColumns = new Dictionary<string, CategoryFeature> { ["c"] = new() { Encoding = CategoryEncoding.Embedding, Width = 3, Unknown = unknown } },
        };
        FittedFeatures features = FeatureGraph.Fit(options, table, [0, 1, 2]);
        int unknownId = unknown == UnknownCategory.Bucket ? 2 : -1;
        Assert.That(features.Names, Is.EqualTo(new[] { "x", "d=u", "d=v", "c" }), "ids are last");
        Assert.That(Column(Run(features, table), 3), Is.EqualTo(new float[] { 1, 0, 1, unknownId }));
        Assert.That(features.Embedded, Is.EqualTo(new[] { new EmbeddedColumn("c", unknown == UnknownCategory.Bucket ? 3 : 2, 3) }));

        var g = new GraphBuilder("embedded");
        var layers = new LayerContext(g, 1, null);
        Value all = g.Splice(features.Graph, features.Graph.Inputs.ToDictionary(i => i.Name, i => g.Input(i.Name, i.Type), StringComparer.Ordinal)).Values.Single();
        g.Output(layers.Chain([new Layer.EmbedColumns("columns", Origin.None, features.Embedded)], all), "y");
        Parameter vectors = layers.Parameters.Single();
        Assert.That(vectors.Name, Is.EqualTo("columns.c"));
        Model model = Model.Of(g.Build());
        foreach (IGraphRunner runner in new IGraphRunner[] { new SimdRunner(1), new OrtRunner(new OrtOptions { Threads = 1 }) })
        {
            using IGraphSession session = runner.Open(model, [new StateBinding(vectors.Name, "", vectors.Initial)]);
            var result = new Tensor?[1];
            session.Run([.. session.Feeds.Select(f => table.Features.Single(c => c.Name == f.Name).Values)], result);
            Assert.That(result[0]!.Shape.ToArray(), Is.EqualTo(new[] { 4, 6 }));
            Assert.That(result[0]!.Span<float>()[3..6].ToArray(), Is.EqualTo(vectors.Initial.Span<float>()[3..6].ToArray()), "b is the second category");
            float[] last = result[0]!.Span<float>()[21..].ToArray();
            Assert.That(last, Is.EqualTo(unknownId < 0 ? new float[3] : vectors.Initial.Span<float>()[6..9].ToArray()), "the unknown one");
        }
    }

    [Test]
    public void Fit_HashingWithAWidth_EmbedsItsBuckets()
    {
        DataTable table = Table(Category("c", "b", "a", "x"));
        FittedFeatures features = FitCategory(new CategoryFeature { Encoding = CategoryEncoding.Hashing, Buckets = 4, Width = 2, Unknown = UnknownCategory.Bucket }, table, 0, 1);
        Assert.That(features.Embedded, Is.EqualTo(new[] { new EmbeddedColumn("c", 5, 2) }));
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new float[] { CategoryColumns.Bucket("b", 4), CategoryColumns.Bucket("a", 4), 4 }));
    }

    [TestCase(2, 2)]
    [TestCase(10, 6)]
    [TestCase(42, 13)]
    [TestCase(100_000, 50)]
    public void AutoWidth_OfCategories_FollowsTheirNumber(int categories, int width) => Assert.That(CategoryColumns.AutoWidth(categories), Is.EqualTo(width));
}
