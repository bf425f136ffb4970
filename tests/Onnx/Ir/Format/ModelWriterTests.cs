using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir.Format;

public sealed class ModelWriterTests
{
    [Test]
    public void ToBytes_OfAReadModel_GivesTheSameBytes()
    {
        Model model = Everything();
        byte[] bytes = ModelWriter.ToBytes(model);

        Model read = ModelReader.Read(bytes, options: new ReadOptions(KeepFunctions: true));

        Assert.That(GraphPrinter.Print(read), Is.EqualTo(GraphPrinter.Print(model)));
        Assert.That(read.Doc, Is.EqualTo(model.Doc));
        Assert.That(read.Graph.Values, Is.EqualTo(model.Graph.Values));
        Assert.That(ModelWriter.ToBytes(read), Is.EqualTo(bytes));
    }

    [Test]
    public void ToBytes_ContentAddedInAnotherOrder_GivesTheSameBytes()
    {
        Graph graph = AddRelu();
        StringComparer ignoringCase = StringComparer.OrdinalIgnoreCase;
        Tensor b = Tensor.Scalar(1f);
        Model one = Model(graph with { Initializers = graph.Initializers.Add("B", b).Add("a", b) }) with { Metadata = Entries(("B", "1"), ("a", "2")) };
        Model other = Model(graph with { Initializers = one.Graph.Initializers.WithComparers(ignoringCase) }) with
        {
            Metadata = one.Metadata.WithComparers(ignoringCase),
        };
        Assert.That(other.Metadata.Keys, Is.Not.EqualTo(one.Metadata.Keys));

        Assert.That(ModelWriter.ToBytes(other), Is.EqualTo(ModelWriter.ToBytes(one)));
    }

    [Test]
    public void ToBytes_Always_NamesProducerWithoutTheCommit()
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(Model(AddRelu())));

        Assert.That(proto.ProducerName, Is.EqualTo("anneal"));
        Assert.That(proto.ProducerVersion, Does.Match(@"^\d+\.\d+\.\d+$"));
    }

    [Test]
    public void Write_ExternalData_AlignsEachTensorAndReadsBack()
    {
        using var folder = new Folder();
        Graph graph = AddRelu();
        Model model = Model(graph with { Initializers = graph.Initializers.Add("a", Tensor.Vector(1L, 2L, 3L)).Add("s", Tensor.Scalar(1f)) });

        ModelWriter.Write(model, folder["m.onnx"], new WriteOptions(ExternalDataThreshold: 8));

        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["m.onnx"]));
        string[][] external = [.. proto.Graph.Initializer.Select(i => i.ExternalData.Select(e => $"{e.Key}={e.Value}").ToArray())];
        Assert.That(external[0], Is.EqualTo(new[] { "location=m.onnx.data", "offset=0", "length=24" }));
        Assert.That(external[1], Is.Empty);
        Assert.That(external[2], Is.EqualTo(new[] { "location=m.onnx.data", "offset=4096", "length=8" }));
        Assert.That(new FileInfo(folder["m.onnx.data"]).Length, Is.EqualTo(4096 + 8));
        Assert.That(ModelWriter.ToBytes(ModelReader.Read(folder["m.onnx"])), Is.EqualTo(ModelWriter.ToBytes(model)));
    }

    [Test]
    public void Write_ModelWithAFunction_IsTakenByTheStandardsChecker()
    {
        using var folder = new Folder();
        Function function = Function("Twice", ["a"], ["b"], Node("twice", "Add", ["a", "a"], ["b"]));
        Graph graph = Of(Node("call", "Twice", ["x"], ["t"], domain: "test"), Node("add", "Add", ["t", "w"], ["y"]));
        Model model = Model(graph, function) with { Metadata = Entries(("k", "v")), Doc = "doc" };

        ModelWriter.Write(model, folder["inside.onnx"]);
        ModelWriter.Write(model, folder["outside.onnx"], new WriteOptions(ExternalDataThreshold: 1));

        PythonChecker.Check(folder["inside.onnx"]);
        PythonChecker.Check(folder["outside.onnx"]);
    }

    internal static Model Everything()
    {
        Attributes all = Attributes.Of(
            ("int", long.MinValue),
            ("float", 0.1f),
            ("string", "ä\n"),
            ("ints", new[] { 1L, -2 }),
            ("no_ints", Array.Empty<long>()),
            ("floats", new AttributeValue.Floats([0.5f, float.NaN])),
            ("strings", new AttributeValue.Strings(["", "b"])),
            ("tensor", Tensor.Scalar(3)),
            ("graph", new AttributeValue.GraphValue(new Graph(
                "inner",
                [],
                [new ValueInfo("z", new TensorType(DType.Undefined, null))],
                Graph.NoInitializers,
                [Node("captures", "Relu", ["x"], ["z"])],
                Graph.NoValues))));
        Graph graph = Of(
            Node("all", "Relu", ["x", "", "w"], ["h", ""], all),
            Node("call", "F", ["h"], ["y"], Attributes.Of(("alpha", 2f)), "test"));
        graph = graph with
        {
            Initializers = graph.Initializers.AddRange(Enum.GetValues<DType>()
                .Where(t => t != DType.Undefined)
                .Select(t => KeyValuePair.Create($"of/{t}", TensorFormatTests.Sample(t)))),
            Inputs = graph.Inputs.Add(new ValueInfo("scalar", TensorType.Of(DType.BFloat16))).Add(new ValueInfo("any", new TensorType(DType.String, null))),
            Values = Graph.NoValues.Add("h", TensorType.Of(DType.Float, Dim.Of("N"), Dim.Unknown)),
        };
        Attributes reference = Attributes.Of(("alpha", new AttributeValue.Reference("alpha", typeof(AttributeValue.Float))));
        Function function = Function("F", ["a"], ["b"], Node("n", "Relu", ["a"], ["b"], reference)) with
        {
            Attributes = ["alpha"],
            Defaults = Attributes.Of(("beta", 1L)),
        };
        Graph start = new(
            "start",
            [],
            [new ValueInfo("w0", TensorType.Of(DType.Float, 1, 2))],
            Graph.NoInitializers.Add("c", Tensor.Of<float>([1, 2], [0, 0])),
            [Node("i", "Identity", ["c"], ["w0"])],
            Graph.NoValues);
        return Model(graph, function) with
        {
            Metadata = Entries(("author", "x=y\n"), ("empty", "")),
            Doc = "what it is",
            IrVersion = 9,
            Training =
            [
                new TrainingInfo(start, Entries(("w", "w0")), Step(), Entries(("w", "w2"))),
                new TrainingInfo(null, Anneal.Onnx.Ir.Model.NoMetadata, Step(), Entries(("w", "w2"))),
            ],
        };
    }
}
