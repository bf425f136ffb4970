using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Golden.Import;

/// <summary>A file that make_import.py wrote: a network's nodes and names as PyTorch's exporter gave them, and what PyTorch computed with it.</summary>
internal sealed class ImportedGolden
{
    private const int FeatureStream = 1000;
    private const int TargetStream = 2000;
    private readonly JsonElement _json = JsonDocument.Parse(Repository.Read("tests/Golden/Import/torch-cnn.json")).RootElement;

    public string Input => _json.GetProperty("input").GetString()!;

    public string Output => _json.GetProperty("output").GetString()!;

    public int Batch => _json.GetProperty("batch").GetInt32();

    public int Classes => _json.GetProperty("classes").GetInt32();

    public int[] Shape => Ints(_json.GetProperty("shape"));

    /// <summary>The scores of the first row of the first batch, in evaluation.</summary>
    public double[] Scores => [.. _json.GetProperty("scores").EnumerateArray().Select(s => s.GetDouble())];

    /// <summary>The weights' names, in the file's order.</summary>
    public string[] Initializers => [.. _json.GetProperty("initializers").EnumerateArray().Select(i => i.GetString()!)];

    public static IEnumerable<string> Runs() => new ImportedGolden()._json.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("name").GetString()!);

    public JsonElement Run(string name) => _json.GetProperty("runs").EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);

    /// <summary>Writes the model as PyTorch exported it.</summary>
    public void Write(string path) => ModelWriter.Write(Model(), path);

    public Model Model()
    {
        Dictionary<string, Tensor> weights = Weights();
        var graph = new Graph(
            "main_graph",
            [new ValueInfo(Input, TensorType.Of(DType.Float, [Dim.Of("batch"), .. Shape.Select(Dim.Of)]))],
            [new ValueInfo(Output, TensorType.Of(DType.Float, Dim.Of("batch"), 10))],
            Graph.NoInitializers.AddRange(Initializers.Select(i => KeyValuePair.Create(i, weights[i]))),
            [.. _json.GetProperty("nodes").EnumerateArray().Select(NodeOf)],
            Graph.NoValues);
        return Anneal.Onnx.Ir.Model.Of(graph) with { Metadata = Anneal.Onnx.Ir.Model.NoMetadata.Add("author", "of the model"), Doc = "from elsewhere" };
    }

    public Tensor Features(int step) => GoldenNumbers.Real(Salt, FeatureStream + BatchOf(step), [Batch, .. Shape], offset: 0, scale: 1);

    public Tensor Target(int step, int classes) => Tensor.Vector<long>([.. Enumerable.Range(0, Batch).Select(i => (long)(GoldenNumbers.Word(Salt, TargetStream + BatchOf(step), i) % (uint)classes))]);

    /// <summary>The first values of the new last layer: PyTorch's, transposed.</summary>
    public (Tensor Weight, Tensor Bias) Head() => (GoldenNumbers.Real(Salt, 100, [16, Classes], 0, 0.5), GoldenNumbers.Real(Salt, 101, [Classes], 0, 0.125));

    private uint Salt => _json.GetProperty("salt").GetUInt32();

    private int BatchOf(int step) => step % _json.GetProperty("batches").GetInt32();

    private Dictionary<string, Tensor> Weights() => _json.GetProperty("tensors").EnumerateArray().Select((t, i) => KeyValuePair.Create(
        t.GetProperty("name").GetString()!,
        GoldenNumbers.Real(Salt, i, Ints(t.GetProperty("shape")), t.GetProperty("offset").GetDouble(), t.GetProperty("scale").GetDouble()))).ToDictionary(StringComparer.Ordinal);

    private static Node NodeOf(JsonElement node) => new(
        node.GetProperty("name").GetString()!,
        "",
        node.GetProperty("op").GetString()!,
        [.. node.GetProperty("inputs").EnumerateArray().Select(i => i.GetString()!)],
        [.. node.GetProperty("outputs").EnumerateArray().Select(i => i.GetString()!)],
        Attributes.Of([.. node.GetProperty("attributes").EnumerateObject().Select(a => (a.Name, (AttributeValue?)Value(a.Value)))]),
        Origin.None);

    private static AttributeValue Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.Array => new AttributeValue.Ints([.. value.EnumerateArray().Select(v => v.GetInt64())]),
        _ when value.TryGetProperty("float", out JsonElement number) => number.GetSingle(),
        _ => Constant(value),
    };

    private static Tensor Constant(JsonElement value)
    {
        int[] shape = Ints(value.GetProperty("shape"));
        JsonElement[] values = [.. value.GetProperty("values").EnumerateArray()];
        Tensor flat = value.GetProperty("type").GetString() == "int64"
            ? Tensor.Vector<long>([.. values.Select(v => v.GetInt64())])
            : Tensor.Vector<float>([.. values.Select(v => v.GetSingle())]);
        return flat.Reshape(shape);
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];
}
