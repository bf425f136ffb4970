using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir.Format;

public sealed class ModelReaderTests
{
    [Test]
    public void Read_UnknownOps_AreAllNamedAtOnce()
    {
        Function function = Function("F", ["a"], ["b"], Node("inner", "Baz", ["a"], ["b"]));
        Model model = Model(
            Of(
                Node("x1", "Foo", ["x"], ["a"], domain: "bar"),
                Node("x2", "NoSuchOp", ["a"], ["b"]),
                Node("x3", "Foo", ["b"], ["c"], domain: "absent"),
                Node("x4", "F", ["c"], ["y"], domain: "test")),
            function) with
        {
            Opsets = Opsets(("", 18), ("bar", 7), ("test", 1)),
        };

        Assert.That(Message(Proto(model)), Is.EqualTo(
            "not supported: op Foo (domain bar, version 7), node 'x1'; op NoSuchOp (domain ai.onnx, version 18), node 'x2'; "
            + "op Foo (domain absent, which is not imported), node 'x3'; op Baz (domain ai.onnx, version 18), node 'inner' of function 'test.F'"));
    }

    [Test]
    public void Read_OpVersionTooNew_IsRefused() => Assert.That(
        Message(Proto(Model(AddRelu()) with { Opsets = Opsets(("", 22)) })),
        Is.EqualTo(
            "not supported: op Add (domain ai.onnx, version 22), node 'add' (versions 7 to 21 are); "
            + "op Relu (domain ai.onnx, version 22), node 'relu' (versions 6 to 21 are)"));

    [Test]
    public void Read_OpVersionTooOld_IsRefused() => Assert.That(
        Message(Proto(Model(AddRelu()) with { Opsets = Opsets(("", 5)) })),
        Does.Contain("op Relu (domain ai.onnx, version 5), node 'relu' (versions 6 to 21 are)"));

    [TestCase(13)]
    [TestCase(21)]
    public void Read_OpsetWithTheSameMeaning_BecomesTheDefault(int opset)
    {
        ModelProto proto = Proto(Model(AddRelu()) with { Opsets = Opsets(("ai.onnx", opset)) });

        Assert.That(ModelReader.Read(proto.ToByteArray()).Opsets[""], Is.EqualTo(18));
    }

    [Test]
    public void Read_UnknownFunction_IsReplacedByItsBody()
    {
        Function function = Function("Twice", ["a"], ["b"], Node("twice", "Add", ["a", "a"], ["b"]));
        Model model = ModelReader.Read(ModelWriter.ToBytes(Model(Of(Node("call", "Twice", ["x"], ["y"], domain: "test")), function)));

        Assert.That(model.Graph.Nodes.Select(n => n.OpType), Is.EqualTo(new[] { "Add" }));
        Assert.That(model.Functions, Is.Empty);
        Assert.That(model.Opsets.Keys, Is.EqualTo(new[] { "" }));
    }

    [TestCase(3, new[] { "x" })]
    [TestCase(4, new[] { "x", "w" })]
    public void Read_InitializerThatIsAnInput_IsAConstantInOldFilesOnly(int ir, string[] inputs)
    {
        Graph graph = AddRelu();
        ModelProto proto = Proto(Model(graph with { Inputs = graph.Inputs.Add(new ValueInfo("w", TensorType.Of(DType.Float, 1, 2))) }));
        proto.IrVersion = ir;

        Assert.That(ModelReader.Read(proto.ToByteArray()).Graph.Inputs.Select(i => i.Name), Is.EqualTo(inputs));
    }

    [Test]
    public void Read_NodesWithoutUniqueNames_GetOnes()
    {
        ModelProto proto = Proto(Model(Of(
            Node("", "Add", ["x", "w"], ["a"]), Node("n", "Relu", ["a"], ["b"]), Node("n", "Relu", ["b"], ["c"]), Node("Add_0", "Add", ["c", "c"], ["y"]))));

        Assert.That(ModelReader.Read(proto.ToByteArray()).Graph.Nodes.Select(n => n.Name), Is.EqualTo(new[] { "Add_0_", "n", "Relu_2", "Add_0" }));
    }

    [Test]
    public void Read_NodesOutOfOrder_NamesTheNode() => Assert.That(
        Message(Proto(Model(Of(Node("relu", "Relu", ["h"], ["y"]), Node("add", "Add", ["x", "w"], ["h"]))))),
        Is.EqualTo("graph 'g' → node 'relu' (Relu) → input 'h' is computed later, by node 'add'. hint: nodes must stand in execution order"));

    [Test]
    public void Read_EveryTruncation_IsRefused()
    {
        byte[] bytes = ModelWriter.ToBytes(Model(AddRelu()));
        for (int length = 0; length < bytes.Length; length++)
        {
            // A cut between two fields of the file is a whole, smaller message: it may hold all that is needed.
            try
            {
                ModelReader.Read(bytes.AsSpan(0, length));
                Assert.That(GraphPrinter.Print(ModelReader.Read(bytes.AsSpan(0, length)).Graph), Is.EqualTo(GraphPrinter.Print(AddRelu())));
            }
            catch (AnnealException e)
            {
                Assert.That(e.Code, Is.EqualTo(ExitCode.Data));
            }
        }

        Assert.That(
            Assert.Throws<AnnealException>(() => ModelReader.Read(bytes.AsSpan(0, 60)))!.Message,
            Does.StartWith("not a whole ONNX file: "));
    }

    [Test]
    public void Read_WhatIsNotSupported_IsNamed()
    {
        ModelProto sequence = Proto(Model(AddRelu()));
        sequence.Graph.Input[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() };
        ModelProto untyped = Proto(Model(AddRelu()));
        untyped.Graph.Input[0].Type = null;
        ModelProto attribute = Proto(Model(AddRelu()));
        attribute.Graph.Node[1].Attribute.Add(new AttributeProto { Name = "a", Type = AttributeProto.Types.AttributeType.Tensors });
        ModelProto initializer = Proto(Model(AddRelu()));
        initializer.Graph.Initializer[0].RawData = ByteString.Empty;
        ModelProto newer = Proto(Model(AddRelu()));
        newer.IrVersion = 11;

        Assert.Multiple(() =>
        {
            Assert.That(Message(new ModelProto()), Is.EqualTo("not an ONNX model: it holds no graph"));
            Assert.That(Message(sequence), Is.EqualTo("input 'x' → values of kind SequenceType are not supported"));
            Assert.That(Message(untyped), Is.EqualTo("input 'x' has no type"));
            Assert.That(Message(attribute), Is.EqualTo("node 'relu' (Relu) → attribute 'a' → attributes of kind Tensors are not supported"));
            Assert.That(Message(initializer), Is.EqualTo("initializer 'w' → 0 bytes of data, expected 8"));
            Assert.That(Message(newer), Is.EqualTo("IR version 11 is not supported, expected 3 to 10"));
        });
    }

    [Test]
    public void Read_MissingFile_SaysWhichWithTheDataExitCode()
    {
        AnnealException error = Assert.Throws<AnnealException>(() => ModelReader.Read("no-such.onnx"))!;

        Assert.That(error.Message, Does.StartWith("no-such.onnx → the file cannot be read: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    private static ModelProto Proto(Model model) => ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(model));

    private static string Message(ModelProto proto) => Assert.Throws<AnnealException>(() => ModelReader.Read(proto.ToByteArray()))!.Message;
}
