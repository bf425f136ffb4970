using System.Globalization;
using System.Text;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;
using Parquet;
using Parquet.Schema;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class RejectTests
{
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(256)]
    public void Run_RowsThatCannotBeRead_AreLeftOutAndNamedInOrder(int batch)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write("in.csv", "city,age\nRome,1\nRome\nOslo,two\n\"a\"b,3\nBern,\"4\"\n\nCork,5\n");

        PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = batch, SkipBad = true, Lanes = 2 });

        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo("prediction,where\n1.5,Rome\n4.5,Bern\n5.5,Cork\n"));
        Assert.That(summary, Has.Property("Rejected").EqualTo(4).And.Property("RejectFile").EqualTo(_folder["out.csv.rejects.csv"]));
        Assert.That(File.ReadAllText(_folder["out.csv.rejects.csv"]), Is.EqualTo(
            "line,reason\n"
            + "3,\"1 fields, expected 2\"\n"
            + "4,column 2 'age': 'two' is not a number that float holds\n"
            + "5,text follows a closing quote\n"
            + "7,\"blank line. hint: set skip_blank_lines if it means nothing; write a missing value of a single column as \"\"\"\"\"\n"));
    }

    [Test]
    public void Run_BadRowsOfAllKindsAmongThousands_AreLeftOutInOrder()
    {
        using PredictionModel model = Rows.Open(_folder);
        const int Count = 5000;
        static string? Reason(int row) =>
            row % 7 == 3 ? "column 2 'age': '-' is not a number that float holds"
            : row % 11 == 5 ? "\"1 fields, expected 2\""
            : row % 13 == 6 || row is 1023 or 1024 or 1025 ? "column 1 'city': the text is not UTF-8"
            : null;
        byte[] Line(int row) => Reason(row) switch
        {
            null => [.. Encoding.UTF8.GetBytes($"Rome,{row}\n")],
            string reason when reason.Contains("'age'", StringComparison.Ordinal) => [row % 13 == 6 ? (byte)0xFF : (byte)'R', .. ",-\n"u8],
            string reason when reason.Contains("fields", StringComparison.Ordinal) => [.. "Rome\n"u8],
            _ => [0xFF, .. ",1\n"u8],
        };
        string input = _folder.Write("in.csv", [.. "city,age\n"u8, .. Enumerable.Range(0, Count).SelectMany(Line)]);

        Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 2500, SkipBad = true, Lanes = 2 });

        int[] good = [.. Enumerable.Range(0, Count).Where(row => Reason(row) is null)];
        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo("prediction,where\n" + string.Concat(good.Select(row => FormattableString.Invariant($"{row}.5,Rome\n")))));
        string rejected = string.Concat(Enumerable.Range(0, Count).Except(good).Select(row => FormattableString.Invariant($"{row + 2},{Reason(row)}\n")));
        Assert.That(File.ReadAllText(_folder["out.csv.rejects.csv"]), Is.EqualTo("line,reason\n" + rejected));
    }

    [Test]
    public void Run_NothingToReject_LeavesNoRejectFileAndNoneOfBefore()
    {
        using PredictionModel model = Rows.Open(_folder);
        string stale = _folder.Write("bad.csv", "line,reason\n");

        PredictionSummary summary = Predictor.Run(
            model, _folder.Write("in.csv", Rows.Csv(5)), _folder["out.csv"], new PredictOptions { SkipBad = true, Rejects = stale });

        Assert.That(summary.RejectFile, Is.Null);
        Assert.That(File.Exists(stale), Is.False);
        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo(Rows.Answers(5)));
    }

    [Test]
    public void Run_BadRowsOfSeveralBatches_FailsWithTheFirst([Range(1, 4)] int lanes)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write("in.csv", "city,age\n" + string.Concat(Enumerable.Range(0, 400).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"Rome,{(i >= 123 ? "x" : "1")}\n"))));

        Assert.That(
            () => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 10, Lanes = lanes }),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{input}:125: column 2 'age': 'x' is not a number that float holds"));
        Assert.That(Directory.GetFiles(_folder[""]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "in.csv", "model.onnx" }));
    }

    [Test]
    public void Run_QuoteLeftOpen_IsAnErrorEvenWhereRowsAreSkipped()
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write("in.csv", "city,age\nRome,1\n\"Oslo,2\nBern,3\n");

        Assert.That(() => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { SkipBad = true }),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{input}:3: a quote opened here is not closed"));
    }

    [TestCase("in.csv", "town,years\nRome,1\n", ": no columns 'age', 'city'. hint: the header names town, years")]
    [TestCase("in.jsonl", "{\"town\": \"Rome\"}\n", ": no columns 'age', 'city'. hint: the header names town")]
    public void Run_ColumnsOfOtherNames_AreAllNamedBeforeTheFirstBatch(string name, string text, string message)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write(name, text);

        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { SkipBad = true }))!;

        Assert.That(error.Message, Is.EqualTo(input + message));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [TestCase("in.csv", "scores,city\na,Rome\nb,Oslo\n,Bern\n", "column 1 'scores': 'a' is not a number that float holds (line 2); column 2 'city': 'Rome' is not a number that float holds (line 2)")]
    [TestCase("in.jsonl", "{\"scores\": \"1\", \"city\": true}\n{\"scores\": \"2\", \"city\": \"x\"}\n", "'scores': '1' is not a number that float holds (line 1); 'city': 'true' is not a number that float holds (line 1)")]
    public void Run_ColumnsOfOtherTypes_AreAllNamedBeforeTheFirstBatch(string name, string text, string message)
    {
        var g = new GraphBuilder("numbers");
        Value scores = g.Input("scores", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        Value city = g.Input("city", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.Add(scores, city), "sum");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
        string input = _folder.Write(name, text);

        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { SkipBad = true }))!;

        Assert.That(error.Message, Does.StartWith($"{input}: not of the types that the model takes: {message}. hint: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public async Task Run_ParquetOfOtherTypes_AreAllNamed()
    {
        using PredictionModel model = Rows.Open(_folder);
        var schema = new ParquetSchema(new DataField<string>("age"), new DataField<DateTime>("city"));
        using (FileStream stream = File.Create(_folder["in.parquet"]))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], ["1"]);
            await group.WriteAsync<DateTime>(schema.DataFields[1], new[] { new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc) }.AsMemory());
        }

        Assert.That(() => Predictor.Run(model, _folder["in.parquet"], _folder["out.csv"]), Throws.TypeOf<AnnealException>().With.Message.StartsWith(
            $"{_folder["in.parquet"]}: not of the types that the model takes: column 'age' holds text, expected numbers; column 'city' holds DateTime, expected text. hint: "));
    }

    [Test]
    public async Task Run_DamagedParquet_IsADataError([Values(5, 40, 90)] int percent)
    {
        using PredictionModel model = Rows.Open(_folder);
        byte[] whole = File.ReadAllBytes(await Rows.ParquetAsync(_folder["whole.parquet"], 500, 200));
        string input = _folder.Write("in.parquet", whole.AsSpan(0, whole.Length * percent / 100));

        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.csv"]))!;

        Assert.That(error.Message, Does.StartWith($"{input}: cannot be read as Parquet: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }
}
