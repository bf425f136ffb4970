using System.Globalization;
using System.Text;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Serving.BatchInference;
using Google.Protobuf;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class CodedTextsTests
{
    private const int Count = 40;
    private static readonly string[] s_names = ["name of none", "", "Zürich\n"];
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Run_TextsThatAreOnlyLookedUp_AnswersAsOnnxRuntimeDoesOnTheTexts([Values("csv", "jsonl", "parquet")] string format)
    {
        using PredictionModel model = Models.OpenForPrediction(Encoded(), _folder);
        string input = _folder["in." + format];
        switch (format)
        {
            case "csv":
                await File.WriteAllTextAsync(input, Rows.Csv(Count));
                break;
            case "jsonl":
                await File.WriteAllTextAsync(input, Rows.JsonLines(Count));
                break;
            default:
                await Rows.ParquetAsync(input, Count, 16);
                break;
        }

        Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = 7 });

        using OrtModel plain = Models.Open(Encoded(), _folder);
        Tensor[] expected = plain.Run(Tensor.OfStrings([Count, 1], [.. Enumerable.Range(0, Count).Select(Rows.City)]));
        var text = new StringBuilder("codes,shares,name\n");
        for (int i = 0; i < Count; i++)
        {
            string name = expected[2].Strings[i];
            text.Append(CultureInfo.InvariantCulture, $"{expected[0].Span<long>()[i]},{expected[1].Span<float>()[i]},{(name.Contains('\n', StringComparison.Ordinal) ? $"\"{name}\"" : name)}\n");
        }

        Assert.That(await File.ReadAllTextAsync(_folder["out.csv"]), Is.EqualTo(text.ToString()));
        Assert.That(expected[0].Span<long>().ToArray().Distinct(), Is.EquivalentTo(new long[] { 0, 1, 2, 7 }), "each text is in the rows");
    }

    [Test]
    public void Open_TextsThatAreOnlyLookedUp_RunsOnCodes()
    {
        using PredictionModel model = Models.OpenForPrediction(Encoded(), _folder);

        Assert.That(model.Session.Inputs[0].Type.Type, Is.EqualTo(DType.Int64));
        Assert.That(model.Session.Outputs.Select(o => o.Type.Type), Is.EqualTo(new[] { DType.Int64, DType.Float, DType.Int64 }));
        Assert.That(model.Codes!["city"].Keys, Is.EqualTo(new[] { "Rome", "Zürich\n", "Rome", "" }));
        Assert.That(model.Texts!["name"].Texts, Is.EqualTo(s_names));
        Assert.That(model.Inputs[0].Type, Is.EqualTo(TensorType.Of(DType.String, Dim.Of("N"), 1)));
        Assert.That(model.Outputs.Select(o => o.Type.Type), Is.EqualTo(new[] { DType.Int64, DType.Float, DType.String }));
    }

    [Test]
    public void Open_TextsReadByOthers_StayTexts([Values] bool tablesDiffer)
    {
        var g = new GraphBuilder("texts");
        Value city = g.Input("city", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(Codes(g, city), "codes");
        g.Output(tablesDiffer ? Codes(g, city, otherwise: 8) : g.Node("Identity", [city]), "second");
        using PredictionModel model = Models.OpenForPrediction(Model.Of(g.Build()), _folder);

        Assert.That(model.Session.Inputs[0].Type.Type, Is.EqualTo(DType.String));
        Assert.That((model.Codes, model.Texts), Is.EqualTo(((object?)null, (object?)null)));
    }

    [Test]
    public void Open_TableThatOnnxRuntimeRefuses_IsRefused()
    {
        ModelWriter.Write(Encoded(), _folder["model.onnx"]);
        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder["model.onnx"]));
        foreach (NodeProto node in proto.Graph.Node.Where(n => n.Attribute.Any(a => a.Name == "keys_strings")))
        {
            node.Attribute.Add(new AttributeProto { Name = "keys_int64s", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1 } });
        }

        File.WriteAllBytes(_folder["two.onnx"], proto.ToByteArray());
        Assert.That(() => PredictionModel.Open(_folder["two.onnx"]), Throws.TypeOf<AnnealException>());
    }

    [Test]
    public void Run_TextOfALookedUpColumnIsNotUtf8_NamesLineAndColumn()
    {
        using PredictionModel model = Models.OpenForPrediction(Encoded(), _folder);
        byte[] table = [.. "city\nRome\n"u8, 0xFF, (byte)'\n'];
        File.WriteAllBytes(_folder["in.csv"], table);
        Assert.That(
            () => Predictor.Run(model, _folder["in.csv"], _folder["out.csv"], new PredictOptions { Batch = 7 }),
            Throws.InstanceOf<AnnealException>().With.Message.Contains("in.csv:3").And.Message.Contains("city").And.Message.Contains("not UTF-8"));
    }

    // codes[N, 1], shares[N, 1] = 0.25 · codes through another copy of the table, and name[N, 1]: each a look into a table.
    private static Model Encoded()
    {
        var g = new GraphBuilder("encoded");
        Value city = g.Input("city", TensorType.Of(DType.String, Dim.Of("N"), 1));
        Value codes = Codes(g, g.Node("Identity", [city]));
        g.Output(codes, "codes");
        g.Output(g.Node("Mul", [g.Node("Cast", [Codes(g, city)], Attributes.Of(("to", (long)DType.Float))), g.Constant(Tensor.Vector(0.25f))]), "shares");
        Attributes names = Attributes.Of(("keys_int64s", new long[] { 1, 2, 0 }), ("values_strings", new AttributeValue.Strings([.. s_names])), ("default_string", new AttributeValue.String("no name")));
        g.Output(g.Node("Identity", [g.Node("LabelEncoder", [codes], names, "ai.onnx.ml")]), "name");
        return Model.Of(g.Build());
    }

    private static Value Codes(GraphBuilder g, Value text, long otherwise = 7)
    {
        Attributes table = Attributes.Of(
            ("keys_strings", new AttributeValue.Strings(["Rome", "Zürich\n", "Rome", ""])), ("values_int64s", new long[] { 0, 1, 5, 2 }), ("default_int64", otherwise));
        return g.Node("LabelEncoder", [text], table, "ai.onnx.ml");
    }
}
