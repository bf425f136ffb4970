using System.Text;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;
using Anneal.Tests.TrainerData;
using Anneal.Trainer.Data.Images;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class FormatTests
{
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Run_EachFormatOfTables_GivesTheSameAnswers([Values(0, 1, 13, 1000)] int rows, [Values(1, 7, 256)] int batch)
    {
        using PredictionModel model = Rows.Open(_folder);
        string[] inputs =
        [
            _folder.Write("a.csv", Rows.Csv(rows)),
            _folder.WriteGzip("b.csv.gz", Encoding.UTF8.GetBytes(Rows.Csv(rows))),
            _folder.Write("c.jsonl", Rows.JsonLines(rows)),
            _folder.WriteGzip("d.jsonl.gz", Encoding.UTF8.GetBytes(Rows.JsonLines(rows))),
            await Rows.ParquetAsync(_folder["e.parquet"], rows, 300),
        ];
        foreach (string input in inputs)
        {
            PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = batch, Lanes = 3 });

            Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo(Rows.Answers(rows)), input);
            Assert.That(summary.Rows, Is.EqualTo(rows));
        }
    }

    [Test]
    public void Run_EachFormatOfAnswers_HoldsTheSame([Values(0, 1, 500)] int rows)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write("in.csv", Rows.Csv(rows));
        var options = new PredictOptions { Batch = 64, Lanes = 2, RowGroup = 100 };

        Predictor.Run(model, input, _folder["out.jsonl"], options);
        Predictor.Run(model, input, _folder["out.parquet"], options);
        Predictor.Run(model, input, _folder["out.npy"], options);

        // What is written can be read: as rows of a model that passes them on.
        using PredictionModel same = Models.OpenForPrediction(Same(), _folder);
        foreach (string written in new[] { "out.jsonl", "out.parquet" })
        {
            Predictor.Run(same, _folder[written], _folder["again.csv"], options);
            Assert.That(File.ReadAllText(_folder["again.csv"]), Is.EqualTo(Rows.Answers(rows).Replace("prediction,where", "same,there", StringComparison.Ordinal)), written);
        }

        Tensor array = NpyReader.Read(_folder["out.npy"]);
        Assert.That(array.Shape.ToArray(), Is.EqualTo(new[] { rows, 1 }));
        Assert.That(array.Span<float>().ToArray(), Is.EqualTo(Enumerable.Range(0, rows).Select(i => i % 7 == 3 ? float.NaN : i + 0.5f)));
    }

    [Test]
    public void Run_JsonOfLists_FillsARowOfAnInputAndWritesLists()
    {
        using PredictionModel model = Models.OpenForPrediction(Models.Scores(1, 2), _folder);
        string input = _folder.Write("in.jsonl", "{\"scores\": [1, [0.5]]}\n\n{\"other\": {\"a\": [1]}, \"scores\": [3, 4]}");

        PredictionSummary summary = Predictor.Run(model, input, _folder["out.jsonl"]);

        Assert.That(File.ReadAllText(_folder["out.jsonl"]), Is.EqualTo("{\"probabilities\":[2,2.5]}\n{\"probabilities\":[4,6]}\n"));
        Assert.That(summary.Ignored, Is.EqualTo(new[] { "other" }));
    }

    [TestCase("{\"scores\": [1]}", "'scores': a list of 1 values, expected 2")]
    [TestCase("{\"scores\": [1, 2, 3]}", "'scores': a list of 3 values, expected 2")]
    [TestCase("{\"scores\": [1, {}]}", "'scores': a list of objects, expected one of numbers")]
    [TestCase("{\"scores\": 1}", "'scores': expected a list of 2 numbers, found a single value")]
    [TestCase("{\"scores\": [1, \"x\"]}", "'scores': 'x' is not a number that float holds")]
    [TestCase("{\"scores\": [1, 2]", "not JSON, from byte 17 on")]
    [TestCase("{\"scores\": [1, 2]} {}", "not JSON, from byte 19 on")]
    [TestCase("[1, 2]", "expected a JSON object")]
    public void Run_JsonRowThatCannotBeRead_NamesItsLine(string line, string reason)
    {
        using PredictionModel model = Models.OpenForPrediction(Models.Scores(1, 2), _folder);
        string input = _folder.Write("in.jsonl", $"{{\"scores\": [1, 2]}}\n{line}\n");

        Assert.That(() => Predictor.Run(model, input, _folder["out.csv"]), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{input}:2: {reason}"));
        Assert.That(Directory.GetFiles(_folder[""]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "in.jsonl", "model.onnx" }));
    }

    [Test]
    public void Run_FolderAndZipOfImages_AnswersByNameInTheirOrder()
    {
        var g = new GraphBuilder("pixels");
        Value x = g.Input("pixels", TensorType.Of(DType.UInt8, Dim.Of("N"), 2, 2, 3));
        g.Output(g.Node("Identity", [x]), "same");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
        Directory.CreateDirectory(_folder["images/deep"]);
        for (int i = 0; i < 9; i++)
        {
            File.WriteAllBytes(_folder[$"images/{(i % 2 == 0 ? "" : "deep/")}{i}.png"], PngImage.Of(2, 2, 3, [.. Enumerable.Range(12 * i, 12).Select(v => (byte)v)]));
        }

        File.WriteAllText(_folder["images/bad.png"], "no image");
        System.IO.Compression.ZipFile.CreateFromDirectory(_folder["images"], _folder["images.zip"]);
        var options = new PredictOptions { Batch = 2, Lanes = 3, SkipBad = true, OpenImages = (path, c, h, w) => new ImageReader(path, c, h, w) };
        int[] order = [0, 2, 4, 6, 8, 1, 3, 5, 7];
        string[] expected = [.. order.Select(i => $"{(i % 2 == 0 ? "" : "deep/")}{i}.png,{string.Join(',', Enumerable.Range(12 * i, 12))}")];

        foreach (string input in new[] { _folder["images"], _folder["images.zip"] })
        {
            PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], options);

            Assert.That(File.ReadAllLines(_folder["out.csv"])[0], Does.StartWith("file,same_0,same_1,"));
            Assert.That(File.ReadAllLines(_folder["out.csv"])[1..], Is.EqualTo(expected));
            Assert.That(summary.Rejected, Is.EqualTo(1));
            Assert.That(File.ReadAllLines(_folder["out.csv.rejects.csv"]), Has.Length.EqualTo(2).And.ItemAt(1).StartsWith("6,bad.png: "));
        }
    }

    [Test]
    public void Run_JsonAnswersOfClasses_AreWhatJsonCanHold()
    {
        var g = new GraphBuilder("classes");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.Node("IsNaN", [x]), "missing");
        g.Output(g.Node("Identity", [x]), "prediction");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);

        Predictor.Run(model, _folder.Write("in.csv", "x\n1.5\n\"\"\n"), _folder["out.jsonl"]);

        JsonElement[] rows = [.. File.ReadLines(_folder["out.jsonl"]).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.That(rows.Select(r => r.GetProperty("missing").GetBoolean()), Is.EqualTo(new[] { false, true }));
        Assert.That(rows[0].GetProperty("prediction").GetSingle(), Is.EqualTo(1.5f));
        Assert.That(rows[1].GetProperty("prediction").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    private static Model Same()
    {
        var g = new GraphBuilder("same");
        Value prediction = g.Input("prediction", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        Value where = g.Input("where", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(g.Node("Identity", [prediction]), "same");
        g.Output(g.Node("Identity", [where]), "there");
        return Model.Of(g.Build());
    }
}
