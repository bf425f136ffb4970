using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class CsvSourceTests
{
    private static readonly CsvColumn[] s_columns =
        [new("age", ColumnKind.Number), new("job", ColumnKind.Category), new("id", ColumnKind.Ignore), new("income", ColumnKind.Category)];

    private static readonly CsvFormat s_bare = new() { Header = false, Trim = true };

    private static CsvSource Source(string path) => new(path, s_columns, "income") { Format = s_bare, Missing = ["?"] };

    [Test]
    public void Load_TypedColumns_ReadsNumbersCategoriesAndClasses()
    {
        using var folder = new TempFolder();
        DataTable table = Source(folder.Write("a.csv", "39, clerk, x, >50K\n?, ?, y, <=50K\n-1.5e1, , z, >50K\n\n")).Load();
        Assert.That(table.Features.Select(f => $"{f.Name}:{f.Values}"), Is.EqualTo(new[] { "age:float[3,1]", "job:string[3,1]" }));
        Assert.That(table.Features[0].Values.Span<float>().ToArray(), Is.EqualTo(new[] { 39, float.NaN, -15 }));
        Assert.That(table.Features[1].Values.Strings, Is.EqualTo(new[] { "clerk", "", "" }));
        Assert.That(table.ClassNames, Is.EqualTo(new[] { "<=50K", ">50K" }));
        Assert.That(table.Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 1, 0, 1 }));
    }

    [Test]
    public void Load_Header_FindsColumnsByName()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", "income,id,job,age\n10,1,j,3\n9,2,k,4\n");
        DataTable table = (Source(path) with { Format = new() }).Load();
        Assert.That(table.Features.Select(f => f.Name), Is.EqualTo(new[] { "age", "job" }));
        Assert.That(table.ClassNames, Is.EqualTo(new[] { "9", "10" }), "numbers are ordered as numbers");
        string extra = folder.Write("b.csv", "income,id,job,age,more\n");
        Assert.That(() => (Source(extra) with { Format = new() }).Load(), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{extra}: column 'more' is not described"));
        string less = folder.Write("c.csv", "income,id,job\n");
        Assert.That(() => (Source(less) with { Format = new() }).Load(), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{less}: no column 'age'"));
    }

    [Test]
    public void Load_Regression_GivesFloats()
    {
        using var folder = new TempFolder();
        DataTable table = new CsvSource(folder.Write("a.csv", "x,y\n1,2.5\n3,4\n"), [new("x", ColumnKind.Number), new("y", ColumnKind.Number)], "y").Load();
        Assert.That(table.Target.ToString(), Is.EqualTo("float[2]"));
        Assert.That(table.Target.Span<float>().ToArray(), Is.EqualTo(new[] { 2.5f, 4 }));
        Assert.That(table.ClassNames, Is.Null);
    }

    [Test]
    public void Load_TestFile_TakesTheClassesOfTraining()
    {
        using var folder = new TempFolder();
        DataTable train = Source(folder.Write("a.csv", "1,a,,x\n2,b,,y\n")).Load();
        string path = folder.Write("b.csv", "1,a,,y.\n2,b,,y.\n");
        Assert.That((Source(path) with { LabelStrip = "." }).Load(train).Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 1, 1 }));
        Assert.That(
            () => Source(path).Load(train),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo(
                $"{path}:1: column 4 'income': label 'y.' is not a class of the training data (x, y). hint: label_strip drops characters from the end of labels"));
    }

    [TestCase("1,a,,x\n2,b,x\n", "2: 3 fields, expected 4")]
    [TestCase("1,a,x\n", "1: 3 fields, expected 4")]
    [TestCase("1,a,,x\nabc,b,,x\n", "2: column 1 'age': 'abc' is not a number that float32 holds. hint: list it among the missing markers, or make the column a category")]
    [TestCase("1,a,,x\n1e99,b,,x\n", "2: column 1 'age': '1e99' is not a number that float32 holds. hint: list it among the missing markers, or make the column a category")]
    [TestCase("NaN,a,,x\n", "1: column 1 'age': 'NaN' is not a number that float32 holds. hint: list it among the missing markers, or make the column a category")]
    [TestCase("\"1,5\",a,,x\n", "1: column 1 'age': '1,5' is not a number that float32 holds. hint: list it among the missing markers, or make the column a category")]
    [TestCase("1,a,,x\n2,b,,?\n", "2: column 4 'income': the label is missing")]
    public void Load_WrongRow_NamesFileLineAndColumn(string text, string message)
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", text);
        var error = Assert.Throws<AnnealException>(() => Source(path).Load());
        Assert.That(error!.Message, Is.EqualTo($"{path}:{message}"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public void Load_NoRows_IsAnError()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.csv", "\n");
        Assert.That(() => Source(path).Load(), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}: no rows"));
    }

    [Test]
    public void ContentHash_AnyChange_ChangesIt()
    {
        using var folder = new TempFolder();
        string Hash(string text) => Source(folder.Write("a.csv", text)).Load().ContentHash;
        string hash = Hash("1,a,,x\n2,b,,y\n");
        Assert.That(hash, Has.Length.EqualTo(64));
        Assert.That(Hash("1,a,,x\r\n2.0,b,ignored,y\n"), Is.EqualTo(hash), "the content, not the spelling, is hashed");
        Assert.That(new[] { "1,a,,x\n2,c,,y\n", "1,a,,x\n3,b,,y\n", "1,a,,x\n2,b,,z\n", "1,ab,,x\n2,,,y\n" }.Select(Hash), Has.None.EqualTo(hash));
    }

    [Test]
    public void Load_Adult_ReadsAllRows()
    {
        string[] names = ["age", "workclass", "fnlwgt", "education", "education_num", "marital", "occupation", "relationship", "race", "sex", "gain", "loss", "hours", "country", "income"];
        int[] numbers = [0, 2, 4, 10, 11, 12];
        CsvColumn[] columns = [.. names.Select((n, i) => new CsvColumn(n, numbers.Contains(i) ? ColumnKind.Number : ColumnKind.Category))];
        var source = new CsvSource(TempFolder.Shared("adult-train.csv"), columns, "income") { Format = s_bare, Missing = ["?"] };
        DataTable train = source.Load();
        DataTable test = (source with { Path = TempFolder.Shared("adult-test.csv"), LabelStrip = "." }).Load(train);
        Assert.That((train.Rows, test.Rows, train.Features.Count), Is.EqualTo((32561, 16281, 14)));
        Assert.That(train.ClassNames, Is.EqualTo(new[] { "<=50K", ">50K" }));
        Assert.That(train.Target.Span<long>().ToArray().Sum(), Is.EqualTo(7841));
        Assert.That(test.Target.Span<long>().ToArray().Sum(), Is.EqualTo(3846));
        Assert.That(train.Features[1].Values.Strings.Count(s => s.Length == 0), Is.EqualTo(1836));
    }

    [Test]
    public void Load_Housing_ReadsMissingNumbersAndAFloatTarget()
    {
        string[] names = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income", "median_house_value"];
        CsvColumn[] columns = [.. names.Select(n => new CsvColumn(n, ColumnKind.Number)), new("ocean_proximity", ColumnKind.Category)];
        DataTable table = new CsvSource(TempFolder.Shared("california-housing.csv"), columns, "median_house_value").Load();
        Assert.That(table.Rows, Is.EqualTo(20640));
        Assert.That(table.Features[4].Values.Span<float>().ToArray().Count(float.IsNaN), Is.EqualTo(207));
        Assert.That(table.Features[8].Values.Strings.Distinct().Count(), Is.EqualTo(5));
    }
}
