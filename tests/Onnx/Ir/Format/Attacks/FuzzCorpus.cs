using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Tests.Cases;
using Anneal.Tests.Exporter;
using Anneal.Trainer.Models;
using Google.Protobuf;
using Kind = Anneal.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>The files that are damaged: a deployable, training steps with their functions, one with all that the format has, and every op's cases.</summary>
internal static class FuzzCorpus
{
    public static IReadOnlyList<(string Name, byte[] Bytes)> All { get; } = [.. Whole(), .. Cases()];

    /// <summary>The damaged file of a number.</summary>
    public static (string Name, byte[] Bytes) Mutant(ulong number)
    {
        var dice = new Dice(number);
        // Half of them are of the larger files, which have more to damage.
        (string name, byte[] bytes) = All[dice.Roll(2) == 0 ? dice.Roll(6) : dice.Roll(All.Count)];
        return (name, ModelMutation.Apply(bytes, dice));
    }

    private static IEnumerable<(string, byte[])> Whole()
    {
        TrainingGraphs mlp = Networks.Mlp(20, [15, 10, 4], 0.3f);
        yield return ("deployable", ModelWriter.ToBytes(DeployableTests.Build(["ash", "birch", "cedar", "oak"])));
        yield return ("step", ModelWriter.ToBytes(mlp.Step));
        yield return ("evaluation", ModelWriter.ToBytes(mlp.Evaluation));
        yield return ("everything", ModelWriter.ToBytes(ModelWriterTests.Everything()));
        yield return ("branches", Branches());
        yield return ("old opset", Old());
    }

    private static IEnumerable<(string, byte[])> Cases()
    {
        foreach (OpCase c in AllCases.All)
        {
            OpCase floats = c.AsFloat();
            (GraphBuilder builder, _, Value[] outputs) = floats.ToBuilder();
            foreach (Value output in outputs)
            {
                builder.Output(output, output.Name);
            }

            yield return (floats.ToString(), ModelWriter.ToBytes(Model.Of(builder.Build())));
        }
    }

    // If within If, a function with a subgraph, sparse tensors.
    private static byte[] Branches()
    {
        ModelProto model = AttackFolder.Honest();
        GraphProto graph = model.Graph;
        graph.Initializer.Add(new TensorProto { Name = "yes", DataType = 9, Int32Data = { 1 } });
        graph.SparseInitializer.Add(new SparseTensorProto
        {
            Values = new TensorProto { Name = "s", DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } },
            Indices = new TensorProto { DataType = 7, Dims = { 2 }, Int64Data = { 0, 5 } },
            Dims = { 3, 2 },
        });
        GraphProto inner = Branch("v", new NodeProto { OpType = "Relu", Input = { "h" }, Output = { "v" } });
        GraphProto outer = Branch("u", If("i", "u", inner, inner));
        graph.Node[1] = If("o", "y", outer, Branch("q", new NodeProto { OpType = "F", Domain = "test", Input = { "h" }, Output = { "q" } }));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "test", Version = 1 });
        model.Functions.Add(new FunctionProto
        {
            Name = "F",
            Domain = "test",
            Input = { "a" },
            Output = { "b" },
            Node = { new NodeProto { OpType = "Relu", Input = { "a" }, Output = { "b" } } },
            OpsetImport = { new OperatorSetIdProto { Version = 18 } },
        });
        return model.ToByteArray();
    }

    // Nodes that are read as others of opset 18.
    private static byte[] Old()
    {
        var ints = new AttributeProto { Name = "axes", Type = Kind.Ints, Ints = { 0 } };
        ModelProto model = AttackFolder.Honest();
        model.OpsetImport.Clear();
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 9 });
        model.Graph.Node.Add(new NodeProto { OpType = "Unsqueeze", Input = { "y" }, Output = { "a" }, Attribute = { ints } });
        model.Graph.Node.Add(new NodeProto { OpType = "ReduceSum", Input = { "a" }, Output = { "b" }, Attribute = { ints } });
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "Pad",
            Input = { "b" },
            Output = { "c" },
            Attribute = { new AttributeProto { Name = "pads", Type = Kind.Ints, Ints = { 0, 1, 0, 1 } } },
        });
        model.Graph.Node.Add(new NodeProto { OpType = "Softmax", Input = { "c" }, Output = { "d" } });
        model.Graph.Node.Add(new NodeProto { OpType = "Clip", Input = { "d" }, Output = { "e" }, Attribute = { new AttributeProto { Name = "min", Type = Kind.Float, F = 0 } } });
        return model.ToByteArray();
    }

    private static GraphProto Branch(string output, NodeProto node) => new() { Name = "branch", Node = { node }, Output = { new ValueInfoProto { Name = output } } };

    private static NodeProto If(string name, string output, GraphProto yes, GraphProto no) => new()
    {
        Name = name,
        OpType = "If",
        Input = { "yes" },
        Output = { output },
        Attribute = { new AttributeProto { Name = "then_branch", Type = Kind.Graph, G = yes }, new AttributeProto { Name = "else_branch", Type = Kind.Graph, G = no } },
    };
}
