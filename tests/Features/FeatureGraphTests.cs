using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Features;
using static Anneal.Tests.Features.FeatureRun;

namespace Anneal.Tests.Features;

public sealed class FeatureGraphTests
{
    [Test]
    public void Fit_Standardize_UsesTheTrainingRowsAlone()
    {
        DataTable table = Table(Number("x", 1, 3, float.NaN, 1000), Number("y", 10, 10, 40, float.NaN));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions(), table, [0, 1, 2]);
        Tensor result = Run(features, table);
        Assert.That(features.Names, Is.EqualTo(new[] { "x", "y" }));
        Assert.That(Column(result, 0), Is.EqualTo(new float[] { -1, 1, 0, 998 }).Within(1e-4), "mean 2, deviation 1");
        Assert.That(Column(result, 1), Is.EqualTo(new[] { -0.70710677f, -0.70710677f, 1.4142135f, 0 }).Within(1e-6), "mean 20, deviation √200");
    }

    [TestCase(Imputation.Mean, 7f / 3)]
    [TestCase(Imputation.Median, 2)]
    public void Fit_Impute_FillsMissingNumbers(Imputation impute, float filled)
    {
        DataTable table = Table(Number("x", 1, 4, 2, float.NaN));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Numbers = new NumberFeature { Impute = impute, Scaling = NumberScaling.None } }, table, All(table));
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new[] { 1, 4, 2, filled }).Within(1e-6));
    }

    [Test]
    public void Fit_MedianOfAnEvenCount_IsTheMeanOfTheMiddleTwo()
    {
        DataTable table = Table(Number("x", 9, 1, float.NaN, 4, 2));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Numbers = new NumberFeature { Impute = Imputation.Median, Scaling = NumberScaling.None } }, table, All(table));
        Assert.That(Run(features, table).Span<float>()[2], Is.EqualTo(3));
    }

    [Test]
    public void Fit_MinMax_MapsToUnitRange()
    {
        DataTable table = Table(Number("x", -2, 2, 0, 6));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Numbers = new NumberFeature { Scaling = NumberScaling.MinMax } }, table, [0, 1, 2]);
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new[] { 0, 1, 0.5f, 2 }).Within(1e-6));
    }

    [Test]
    public void Fit_Categories_OneHotWithUnknownAsZerosAndMissingAsItsOwn()
    {
        DataTable table = Table(Category("job", "b", "a", "", "zzz"), Category("sex", "m", "f", "f", ""));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions(), table, [0, 1, 2]);
        Assert.That(features.Names, Is.EqualTo(new[] { "job=(missing)", "job=a", "job=b", "sex=f", "sex=m" }));
        Assert.That(Run(features, table).Span<float>().ToArray(), Is.EqualTo(new float[] { 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 }));
        Assert.That(features.PerBatch, Is.False);
    }

    [Test]
    public void Fit_OneSingleColumnNamedInput_IsATableStill()
    {
        DataTable table = Table(Number(ArraySource.InputName, 1, 3));
        Assert.That(Run(FeatureGraph.Fit(new FeatureOptions(), table, All(table)), table).Span<float>().ToArray(), Is.EqualTo(new float[] { -1, 1 }));
    }

    [Test]
    public void Fit_UselessColumns_AreWarnedOf()
    {
        DataTable table = Table(Number("x", 0.1f, 0.1f, 0.1f, 0.1f), Category("c", "u", "u", "u", "u"), Category("id", "1", "2", "3", "4"));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions(), table, All(table));
        Assert.That(features.Warnings, Is.EqualTo(new[]
        {
            "column 'x' is 0.1 in every training row: it tells the model nothing",
            "column 'c' is 'u' in every training row: it tells the model nothing",
            "column 'id' has 4 categories in 4 training rows: is it an identifier, to be ignored?",
        }));
        Assert.That(Column(Run(features, table), 0), Is.All.Zero);
    }

    [Test]
    public void Fit_NothingToLearnFrom_IsAnError()
    {
        DataTable empty = Table(Number("x", float.NaN, float.NaN, 1));
        Assert.That(
            () => FeatureGraph.Fit(new FeatureOptions(), empty, [0, 1]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("column 'x' has no number in any of 2 training rows. hint: set it to ignore"));
        DataTable flat = Table(Array(Tensor.Zeros(DType.UInt8, 2, 2)));
        Assert.That(() => FeatureGraph.Fit(new FeatureOptions { Arrays = new ArrayScaling { Standardize = true } }, flat, [0, 1]), Throws.TypeOf<AnnealException>());
    }

    [Test]
    public void Fit_Pixels_ScalesAndKeepsTheShape()
    {
        DataTable table = Table(Array(Tensor.Of<byte>([2, 1, 2], [0, 51, 102, 255])));
        FittedFeatures plain = FeatureGraph.Fit(new FeatureOptions(), table, All(table));
        Tensor result = Run(plain, table);
        Assert.That(result.Shape.ToArray(), Is.EqualTo(new[] { 2, 1, 2 }));
        Assert.That(result.Span<float>().ToArray(), Is.EqualTo(new[] { 0, 0.2f, 0.4f, 1 }).Within(1e-7));
        Assert.That(plain.PerBatch);
        Assert.That(plain.Graph.Inputs.Single().ToString(), Is.EqualTo("input: uint8[N,1,2]"));
        Assert.That(plain.Graph.Outputs.Single().Name, Is.EqualTo(FeatureGraph.OutputName));

        var given = new FeatureOptions { Arrays = new ArrayScaling { Mean = 0.2, Std = 0.5 } };
        Assert.That(Run(FeatureGraph.Fit(given, table, All(table)), table).Span<float>().ToArray(), Is.EqualTo(new[] { -0.4f, 0, 0.4f, 1.6f }).Within(1e-6));
    }

    [TestCase(DType.UInt8)]
    [TestCase(DType.Float)]
    [TestCase(DType.Double)]
    [TestCase(DType.Int16)]
    public void Fit_ArrayStandardize_HasMeanZeroAndDeviationOne(DType type)
    {
        double[] numbers = [1, 2, 3, 4, 100, 200];
        Tensor values = Tensor.Zeros(type, 3, 2);
        for (int i = 0; i < numbers.Length; i++)
        {
            switch (type)
            {
                case DType.UInt8: values.Bytes[i] = (byte)numbers[i]; break;
                case DType.Float: values.Span<float>()[i] = (float)numbers[i]; break;
                case DType.Double: values.Span<double>()[i] = numbers[i]; break;
                default: values.Span<short>()[i] = (short)numbers[i]; break;
            }
        }

        DataTable table = Table(Array(values));
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions { Arrays = new ArrayScaling { Standardize = true } }, table, [0, 1]);
        float[] result = Run(features, table).Span<float>().ToArray();
        Assert.That(result[..4].Sum(), Is.EqualTo(0).Within(1e-5));
        Assert.That(result[..4].Sum(x => x * x) / 4, Is.EqualTo(1).Within(1e-5));
        Assert.That(result[4], Is.EqualTo((100 - 2.5) / Math.Sqrt(1.25)).Within(1e-3));
    }

    [Test]
    public void Fit_Housing_GivesFiniteFeatures()
    {
        string[] names = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income", "median_house_value"];
        CsvColumn[] columns = [.. names.Select(n => new CsvColumn(n, ColumnKind.Number)), new("ocean_proximity", ColumnKind.Category)];
        DataTable table = new CsvSource(TempFolder.Shared("california-housing.csv"), columns, "median_house_value").Load();
        FittedFeatures features = FeatureGraph.Fit(new FeatureOptions(), table, All(table));
        Tensor result = Run(features, table);
        Assert.That(result.Shape.ToArray(), Is.EqualTo(new[] { 20640, 13 }));
        Assert.That(Enumerable.Range(0, 8).Select(c => Column(result, c).Average(x => (double)x)), Is.All.EqualTo(0).Within(1e-4));
        Assert.That(features.Warnings, Is.Empty);
    }
}
