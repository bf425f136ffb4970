using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Tests.Models;

/// <summary>A file as skl2onnx writes a pipeline of StandardScaler and LogisticRegression: Scaler, LinearClassifier, Normalizer, Cast of the label, and ZipMap.</summary>
internal static class SklearnModel
{
    public const string Coefficients = "LinearClassifier/coefficients";

    /// <summary>The file's bytes.</summary>
    /// <param name="features">Its width.</param>
    /// <param name="classes">Its classes, 0 and on.</param>
    /// <param name="offset">The mean of every feature.</param>
    /// <param name="scale">One over the deviation of every feature.</param>
    public static byte[] Bytes(int features, int classes, float offset, float scale)
    {
        var g = new GraphBuilder("pipeline");
        Value x = g.Input("float_input", TensorType.Of(DType.Float, Dim.Unknown, features));
        Value scaled = Ml(g, "Scaler", 1, [x], ("offset", Floats(features, _ => offset)), ("scale", Floats(features, _ => scale)))[0];
        float[] rows = [.. Enumerable.Range(0, features * classes).Select(i => ((i * 7 % 11) - 5) / 20f)];
        float[] intercepts = [.. Enumerable.Range(0, classes).Select(i => i / 8f)];
        if (classes == 2)
        {
            rows = [.. rows[..features].Select(v => -v), .. rows[..features]];
            intercepts = [-0.25f, 0.25f];
        }

        Value[] answers = Ml(
            g,
            "LinearClassifier",
            2,
            [scaled],
            ("coefficients", new AttributeValue.Floats([.. rows])),
            ("intercepts", new AttributeValue.Floats([.. intercepts])),
            ("classlabels_ints", Labels(classes)),
            ("multi_class", 1L),
            ("post_transform", classes == 2 ? "LOGISTIC" : "SOFTMAX"));
        Value probabilities = Ml(g, "Normalizer", 1, [answers[1]], ("norm", "L1"))[0];
        g.Output(g.Node("Cast", [answers[0]], Attributes.Of(("to", (long)DType.Int64))), "output_label");
        ModelProto proto = ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(Model.Of(g.Build())));
        NodeProto map = new() { Name = "ZipMap", OpType = "ZipMap", Domain = Model.MlDomain, Input = { probabilities.Name }, Output = { "output_probability" } };
        map.Attribute.Add(new AttributeProto { Name = "classlabels_int64s", Type = AttributeProto.Types.AttributeType.Ints, Ints = { Enumerable.Range(0, classes).Select(i => (long)i) } });
        proto.Graph.Node.Add(map);
        proto.Graph.Output.Add(new ValueInfoProto { Name = "output_probability", Type = Maps() });
        return proto.ToByteArray();
    }

    private static TypeProto Maps()
    {
        var number = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DType.Float } };
        var map = new TypeProto { MapType = new TypeProto.Types.Map { KeyType = (int)DType.Int64, ValueType = number } };
        return new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = map } };
    }

    private static Value[] Ml(GraphBuilder g, string op, int outputs, Value[] inputs, params (string, AttributeValue?)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"{op}_{i}")];
        g.Add(new Node(op, Model.MlDomain, op, [.. inputs.Select(i => i.Name)], [.. names], Attributes.Of(attributes), Origin.None));
        return [.. names.Select(n => g[n])];
    }

    private static AttributeValue Floats(int count, Func<int, float> value) => new AttributeValue.Floats([.. Enumerable.Range(0, count).Select(value)]);

    private static AttributeValue Labels(int classes) => Enumerable.Range(0, classes).Select(i => (long)i).ToArray();
}
