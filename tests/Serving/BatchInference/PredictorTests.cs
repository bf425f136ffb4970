using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class PredictorTests
{
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(256)]
    public void Run_CsvToCsv_WritesEveryRowInOrder(int batch)
    {
        using PredictionModel model = Models.OpenForPrediction(WithSignature(Scores(), new ModelSignature
        {
            Task = ModelTask.Classification,
            Classes = ["cat", "the \"dog\""],
            Inputs = [new SignatureInput("scores", ["a", "b"])],
        }), _folder);
        string input = _folder.Write("in.csv", "b,ignored,a\n0.25,x,1\n0.5,y,2\n0.125,z,3\n");

        PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = batch });

        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo(
            "probability_cat,\"probability_the \"\"dog\"\"\"\n1,0.25\n2,0.5\n3,0.125\n"));
        Assert.That(summary.Rows, Is.EqualTo(3));
        Assert.That(summary.Ignored, Is.EqualTo(new[] { "ignored" }));
    }

    [Test]
    public void Run_Progress_CountsTheRowsOfTheFile()
    {
        using PredictionModel model = Models.OpenForPrediction(Scores(), _folder);
        WriteNpy("in.npy", Tensor.Zeros(DType.Float, 10, 2));
        var seen = new List<(long, long?)>();
        Predictor.Run(model, _folder["in.npy"], _folder["out.npy"], new PredictOptions { Batch = 4, Progress = p => seen.Add((p.Rows, p.Total)) });
        Assert.That(seen, Is.EqualTo(new (long, long?)[] { (4, 10), (8, 10), (10, 10) }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1000)]
    public void Run_NpyToNpy_KeepsEveryRow(int rows)
    {
        using PredictionModel model = Models.OpenForPrediction(Scores(), _folder);
        Tensor x = Tensor.Zeros(DType.Float, rows, 2);
        for (int i = 0; i < x.Length; i++)
        {
            x.Span<float>()[i] = i;
        }

        WriteNpy("in.npy", x);
        PredictionSummary summary = Predictor.Run(model, _folder["in.npy"], _folder["out.npy"], new PredictOptions { Batch = 64 });

        Tensor y = NpyReader.Read(_folder["out.npy"]);
        Assert.That(y.Shape.ToArray(), Is.EqualTo(new[] { rows, 2 }));
        Assert.That(y.Span<float>().SequenceEqual(x.Span<float>()));
        Assert.That(summary.Rows, Is.EqualTo(rows));
    }

    [Test]
    public void Run_IdxImages_FillAnInputOfAnotherShape()
    {
        var g = new GraphBuilder("pixels");
        Value x = g.Input("pixels", TensorType.Of(DType.UInt8, Dim.Of("N"), 4));
        g.Output(g.Node("Identity", [x]), "same");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255];
        string input = _folder.WriteGzip("images.gz", idx);

        Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 2 });

        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo("same_0,same_1,same_2,same_3\n1,2,3,4\n5,6,7,8\n9,10,11,255\n"));
    }

    [TestCase(DType.UInt8)]
    [TestCase(DType.Int16)]
    [TestCase(DType.Float)]
    [TestCase(DType.Double)]
    public void Run_NpyImagesWithChannelsElsewhere_ArePutInTheInputsOrder(DType type)
    {
        Tensor last = Tensor.Zeros(type, 5, 4, 2, 3);
        Tensor first = Tensor.Zeros(type, 5, 3, 4, 2);
        int size = type.Size();
        for (int i = 0; i < last.Length; i++)
        {
            (int row, int pixel, int channel) = (i / 24, i / 3 % 8, i % 3);
            last.Bytes[(i * size) + size - 1] = (byte)(i % 128);
            first.Bytes[(((row * 24) + (channel * 8) + pixel) * size) + size - 1] = (byte)(i % 128);
        }

        WriteNpy("last.npy", last);
        WriteNpy("first.npy", first);
        foreach (Tensor wanted in new[] { last, first })
        {
            var g = new GraphBuilder("pixels");
            Value x = g.Input("pixels", TensorType.Of(type, Dim.Of("N"), wanted.Shape[1], wanted.Shape[2], wanted.Shape[3]));
            g.Output(g.Node("Identity", [x]), "same");
            using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
            foreach (string input in new[] { "last.npy", "first.npy" })
            {
                Predictor.Run(model, _folder[input], _folder["out.npy"], new PredictOptions { Batch = 2, Lanes = 2 });

                Tensor same = NpyReader.Read(_folder["out.npy"]);
                Assert.That(same.Shape.ToArray(), Is.EqualTo(wanted.Shape.ToArray()));
                Assert.That(same.Bytes.SequenceEqual(wanted.Bytes), input);
            }
        }
    }

    [TestCase("28,28", "28,28", "28,28")]
    [TestCase("28,28", "1,28,28", "1,28,28")]
    [TestCase("28,28", "28,28,1", "28,28,1")]
    [TestCase("28,28,1", "1,28,28", "1,28,28")]
    [TestCase("1,28,28", "28,28", "28,28")]
    [TestCase("28,28", "1,?,?", "1,28,28")]
    [TestCase("28,28,1", "1,?,?", "1,28,28")]
    [TestCase("32,24,3", "3,32,24", "3,32,24", 768, 3)]
    [TestCase("3,32,24", "32,24,3", "32,24,3", 3, 768)]
    [TestCase("32,24,3", "3,?,?", "3,32,24", 768, 3)]
    [TestCase("3,32,24", "?,?,3", "32,24,3", 3, 768)]
    [TestCase("32,32,32", "32,32,32", "32,32,32")]
    [TestCase("784", "1,28,28", "1,28,28")]
    [TestCase("3,32,24", "2304", "2304")]
    [TestCase("", "1", "1")]
    public void Find_RowsThatFitInOneWay_SaysWhich(string found, string wanted, string shape, int rows = 0, int columns = 0)
    {
        ArrayRow row = ArrayRow.Find(Sizes(found), Dims(wanted))!;

        Assert.That(row.Shape, Is.EqualTo(Sizes(shape)));
        Assert.That(row.Transposed, Is.EqualTo(rows == 0 ? null : ((int, int)?)(rows, columns)));
    }

    [TestCase("2,3", "3,2", Description = "steps and features")]
    [TestCase("28,28", "14,56")]
    [TestCase("32,24,3", "24,32,3", Description = "height and width")]
    [TestCase("5,7,5", "?,5,?", Description = "either order fits")]
    [TestCase("28,28", "783")]
    [TestCase("28,28", "?,?,?")]
    public void Find_RowsThatFitInNoWayOrTwo_FindsNone(string found, string wanted) =>
        Assert.That(ArrayRow.Find(Sizes(found), Dims(wanted)), Is.Null);

    [Test]
    public void Run_NpyInAnOrderThatIsNoImages_SaysWhatIsTaken()
    {
        var g = new GraphBuilder("series");
        g.Output(g.Node("Identity", [g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3, 2))]), "same");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
        WriteNpy("in.npy", Tensor.Zeros(DType.Float, 4, 2, 3));

        Assert.That(() => Predictor.Run(model, _folder["in.npy"], _folder["out.csv"]), Throws.TypeOf<AnnealException>().With.Message.StartsWith(
            $"{_folder["in.npy"]} → rows of float[2,3], expected those of input 'x: float[N,3,2]'. hint: only the channels of images are moved"));
    }

    [Test]
    public void Run_TruncatedIdx_FailsAndLeavesNoFile()
    {
        var g = new GraphBuilder("pixels");
        Value x = g.Input("pixels", TensorType.Of(DType.UInt8, Dim.Of("N"), 2));
        g.Output(g.Node("Identity", [x]), "same");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);
        string input = _folder.Write("images", [0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3]);

        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 1 }))!;

        Assert.That(error.Message, Is.EqualTo($"{input}: the file ends within row 1 (from 0) of the 3 that the header promises"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(input)!).Select(Path.GetFileName), Is.EquivalentTo(new[] { "images", "model.onnx" }));
    }

    [Test]
    public void Run_CsvRowThatIsNoNumber_NamesFileLineAndColumnAndLeavesNoFile()
    {
        using PredictionModel model = Models.OpenForPrediction(Regression(), _folder);
        string input = _folder.Write("in.csv", "x\n1\n2\nthree\n");

        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 1 }))!;

        Assert.That(error.Message, Does.StartWith($"{input}:4: column 1 'x': 'three' is not a number"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(File.Exists(_folder["out.csv"]), Is.False);
    }

    [Test]
    public void Run_CsvWithoutAColumnOfTheSignature_NamesItBeforeReading()
    {
        using PredictionModel model = Models.OpenForPrediction(Regression(), _folder);
        string input = _folder.Write("in.csv", "y,z\n1,bad\n");

        Assert.That(() => Predictor.Run(model, input, _folder["out.csv"]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{input}: no column 'x'. hint: the header names y, z"));
    }

    [Test]
    public void Run_TypedColumnsWithoutAHeader_AreFoundByPositionWithAndWithoutTheTarget()
    {
        var g = new GraphBuilder("typed");
        Value age = g.Input("age", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        Value city = g.Input("city", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(g.Add(age, g.Constant(Tensor.Vector(0.5f))), "prediction");
        g.Output(g.Node("Identity", [city]), "where");
        var signature = new ModelSignature
        {
            Task = ModelTask.Regression,
            Table = new SignatureTable(
                new CsvFormat { Header = false, Trim = true },
                [new("age", ColumnKind.Number), new("fnlwgt", ColumnKind.Ignore), new("city", ColumnKind.Category), new("pay", ColumnKind.Number)],
                ["?"],
                ["pay"]),
        };
        using PredictionModel model = Models.OpenForPrediction(WithSignature(Model.Of(g.Build()), signature), _folder);

        Predictor.Run(model, _folder.Write("full.csv", "25, 7, Rome, 10\n?, 8, ?, 11\n"), _folder["full.out.csv"]);
        Predictor.Run(model, _folder.Write("bare.csv", "25, 7, Rome\n"), _folder["bare.out.csv"]);

        Assert.That(File.ReadAllText(_folder["full.out.csv"]), Is.EqualTo("prediction,where\n25.5,Rome\nNaN,\n"));
        Assert.That(File.ReadAllText(_folder["bare.out.csv"]), Is.EqualTo("prediction,where\n25.5,Rome\n"));
        Assert.That(() => Predictor.Run(model, _folder.Write("short.csv", "25, 7\n"), _folder["short.out.csv"]),
            Throws.TypeOf<AnnealException>().With.Message.Contains("short.csv:1: 2 fields, expected 4: age, fnlwgt, city, pay"));
    }

    [Test]
    public void Run_NpyOfAnotherType_SaysBoth()
    {
        using PredictionModel model = Models.OpenForPrediction(Scores(), _folder);
        WriteNpy("in.npy", Tensor.Zeros(DType.Double, 3, 2));
        Assert.That(() => Predictor.Run(model, _folder["in.npy"], _folder["out.csv"]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{_folder["in.npy"]} → rows of double[2], expected those of input 'scores: float[N,2]'"));
    }

    [Test]
    public void Run_OutputOfUnknownKind_IsAUsageError()
    {
        using PredictionModel model = Models.OpenForPrediction(Regression(), _folder);
        string input = _folder.Write("in.csv", "x\n1\n");
        AnnealException error = Assert.Throws<AnnealException>(() => Predictor.Run(model, input, _folder["out.txt"]))!;
        Assert.That(error.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(error.Message, Does.Contain("expected .csv, .jsonl, .ndjson, .npy, .parquet"));
    }

    private static int[] Sizes(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => int.Parse(s, CultureInfo.InvariantCulture))];

    private static Dim[] Dims(string text) => [.. text.Split(',').Select(s => s == "?" ? Dim.Unknown : Dim.Of(int.Parse(s, CultureInfo.InvariantCulture)))];

    private static Model Scores() => Models.Scores(0, 0);

    private static Model Regression()
    {
        var g = new GraphBuilder("regression");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.Node("Identity", [x]), "prediction");
        return Model.Of(g.Build());
    }

    private static Model WithSignature(Model model, ModelSignature signature) =>
        model with { Metadata = model.Metadata.Add(ModelSignature.MetadataKey, signature.ToJson()) };

    private void WriteNpy(string name, Tensor tensor)
    {
        using FileStream stream = File.Create(_folder[name]);
        NpyWriter.Write(stream, tensor);
    }
}
