using Anneal.Onnx.Proto;
using Google.Protobuf;
using Kind = Anneal.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>The attacks by name.</summary>
internal static class AttackList
{
    public static IEnumerable<Attack> All() => [.. Wire(), .. Sizes(), .. Structure(), .. External(), .. Everywhere()];

    private static IEnumerable<Attack> Wire()
    {
        byte[] honest = AttackFolder.Honest().ToByteArray();
        yield return Raw("empty file", "not an ONNX model: it holds no graph", []);
        yield return Raw("text", "not a whole ONNX file: ", "this is no model"u8.ToArray());
        yield return Raw("ONNX Runtime's own format", "not a whole ONNX file: ", [0x18, 0, 0, 0, .. "ORTM"u8, .. new byte[64]]);
        yield return Raw("cut short", "not a whole ONNX file: a field of", honest[..^3]);
        yield return Raw("length past the end", "not a whole ONNX file: a field of 18446744073709551615 bytes runs past its end, in ModelProto", [0x3a, .. Enumerable.Repeat((byte)0xff, 9), 1]);
        yield return Raw("number without end", "not a whole ONNX file: a number does not end, in ModelProto", [0x08, .. Enumerable.Repeat((byte)0xff, 12)]);
        yield return Raw("group", "not a whole ONNX file: field 7 is of a kind that no ONNX file has, in ModelProto", [0x3b, 0x3c]);
        yield return Raw("messages", "more than 2000000 messages", [.. honest, .. Repeat(2_000_001, 0x72, 0)]);
        yield return Raw("nodes", "more than 100000 nodes", [.. honest, .. Field(7, Repeat(100_001, 0x0a, 0))]);
        yield return Raw("functions", "more than 2000 functions", [.. honest, .. Repeat(2_001, 0xca, 1, 0)]);
        yield return Raw("texts", "more than 4000000 texts", [.. honest, .. Field(7, Field(1, Repeat(4_000_001, 0x0a, 0)))]);
        yield return Of("deep messages", "messages are nested more than 64 deep", m => m.Graph.Node[1].Attribute.Add(Nested(40)));
        yield return Of("deep types", "messages are nested more than 64 deep", m => m.Graph.Input[0].Type = Enumerable.Range(0, 60)
            .Aggregate(m.Graph.Input[0].Type, (inner, _) => new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = inner } }));
        yield return Of("name", "name of NodeProto has 5000 bytes, expected at most 4096", m => m.Graph.Node[0].Name = new string('n', 5000));
        yield return new Attack("pipe", "not a regular file", f => File.Move(f.Pipe, f.Model));
        yield return new Attack("folder", "not a regular file", f => Directory.CreateDirectory(f.Model));
    }

    private static IEnumerable<Attack> Sizes()
    {
        yield return Of("rank", "initializer 'w' → a shape of 65 dimensions, expected at most 64", m => m.Graph.Initializer[0].Dims.AddRange(Enumerable.Repeat(1L, 63)));
        yield return Of("rank of a value", "input 'x' → a shape of 67 dimensions, expected at most 64", m => m.Graph.Input[0].Type.TensorType.Shape.Dim.Add(
            Enumerable.Range(0, 65).Select(_ => new TensorShapeProto.Types.Dimension { DimValue = 1 })));
        yield return Of("negative dimension", "initializer 'w' → shape [1,2,-1] is not one of a tensor", m => m.Graph.Initializer[0].Dims.Add(-1));
        yield return Of("dimensions that wrap around to the size of the data", "is not one of at most 2^31 - 1 elements", m => Dims(m, 1L << 16, 1L << 16, 1L << 16, (1L << 16) + 2));
        yield return Of("bytes that wrap around", "initializer 'w' → a tensor of 4294967296 bytes, expected at most 2147483527", m => Dims(m, 1L << 30));
        yield return Of("dimension of a value", "output 'y' → a dimension of 9223372036854775807 is not supported", m => m.Graph.Output[0].Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimValue = long.MaxValue });
        yield return Of("large tensor", "initializer 'w' → a tensor of 17179869176 bytes, expected at most", m =>
        {
            Dims(m, int.MaxValue);
            m.Graph.Initializer[0].DataType = 7;
        });
        yield return Of("too little data", "initializer 'w' → 4 bytes of data, expected 8", m => m.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[4]));
        yield return Of("too much data", "initializer 'w' → 12 bytes of data, expected 8", m => m.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[12]));
        yield return Of("data in two fields", "initializer 'w' → data in 'float_data', expected it in 'raw_data' alone", m => m.Graph.Initializer[0].FloatData.AddRange([1, 2]));
        yield return Of("half bytes", "initializer 'w' → 8 bytes of data, expected 1", m => m.Graph.Initializer[0].DataType = (int)TensorProto.Types.DataType.Int4);
        yield return Of("segment", "initializer 'w' → tensors in segments are not supported", m => m.Graph.Initializer[0].Segment = new TensorProto.Types.Segment());
        yield return Of("sparse tensor that grows", "initializer 's' → sparse tensors of more than 4194304 elements in all", m => m.Graph.SparseInitializer.Add(Sparse([0], 1 << 16, 1 << 10)));
        yield return Of("sparse index out of range", "initializer 's' → index 1 of a sparse tensor is out of range or out of order", m => m.Graph.SparseInitializer.Add(Sparse([0, 6], 2, 3)));
        yield return Of("sparse index below zero", "initializer 's' → index 0 of a sparse tensor is out of range or out of order", m => m.Graph.SparseInitializer.Add(Sparse([-1], 2, 3)));
        yield return Of("sparse indices out of order", "initializer 's' → index 1 of a sparse tensor is out of range or out of order", m => m.Graph.SparseInitializer.Add(Sparse([2, 2], 2, 3)));
        yield return Of("sparse index that wraps around", "initializer 's' → index 0 of a sparse tensor is out of range or out of order", m => m.Graph.SparseInitializer.Add(Sparse([long.MinValue], 2, 3)));
    }

    private static IEnumerable<Attack> Structure()
    {
        yield return Of("cycle", "graph 'g' → node 'add' (Add) → the node is part of a cycle, by input 'y' from node 'relu'", m => m.Graph.Node[0].Input[1] = "y");
        yield return Of("node that reads itself", "graph 'g' → node 'relu' (Relu) → the node is part of a cycle, by input 'y' from node 'relu'", m => m.Graph.Node[1].Input[0] = "y");
        yield return Of("cycle through a subgraph", "graph 'g' → node 'add' (Add) → the node is part of a cycle, by input 'y' from node 'relu'", m => m.Graph.Node[0].Attribute.Add(new AttributeProto
        {
            Name = "body",
            Type = Kind.Graph,
            G = new GraphProto { Name = "inner", Node = { new NodeProto { OpType = "Relu", Input = { "y" }, Output = { "z" } } } },
        }));
        yield return Of("value defined twice", "graph 'g' → node 'relu' (Relu) → value 'h' is defined twice", m => m.Graph.Node[1].Output[0] = "h");
        yield return Of("initializer twice", "initializer 'w' is there twice", m => m.Graph.Initializer.Add(m.Graph.Initializer[0].Clone()));
        yield return Of("attribute twice", "node 'relu' (Relu) → attribute 'a' is there twice", m => m.Graph.Node[1].Attribute.AddRange([new AttributeProto { Name = "a" }, new AttributeProto { Name = "a" }]));
        yield return Of("function that calls itself", "functions call themselves: 'f.F' → 'f.F'", m => m.Functions.Add(Function("F", "F")));
        yield return Of("functions that call each other", "functions call themselves: 'f.F' → 'f.G' → 'f.F'", m => m.Functions.AddRange([Function("F", "G"), Function("G", "F")]));
        yield return Of("function twice", "function 'f.F' is there twice", m => m.Functions.AddRange([Function("F"), Function("F")]));
        yield return Of("deep calls", "function calls are nested more than 64 deep", m => m.Functions.AddRange(Chain(1000)));
        yield return Of("deep calls, the last function first", "function calls are nested more than 64 deep", m => m.Functions.AddRange(Chain(1000).Reverse()));
        yield return Of("functions that double", "expands to more than 100000 nodes", m => m.Functions.AddRange(Enumerable.Range(0, 40).Select(i => Function($"F{i}", $"F{i + 1}", $"F{i + 1}"))));
        yield return Of("function that doubles through subgraphs", "expands to more than 100000 nodes", m => m.Functions.AddRange(Enumerable.Range(0, 40).Select(i =>
        {
            FunctionProto function = Function($"F{i}");
            function.Node.Add(new NodeProto { Name = "if", OpType = "If", Attribute = { Branch("then_branch", i + 1), Branch("else_branch", i + 1) } });
            return function;
        })));
        yield return Of("many calls of a large function", "functions expand to more than 100000 nodes", m =>
        {
            m.Functions.Add(Function("F", [.. Enumerable.Repeat("none", 1000)]));
            m.Graph.Node.AddRange(Enumerable.Range(0, 101).Select(_ => new NodeProto { OpType = "F", Domain = "f" }));
        });
        yield return Of("deep subgraphs", "graphs are nested more than 16 deep", m => m.Graph.Node[1].Attribute.Add(Nested(17)));
        yield return Of("op that opens files", "node 'relu' (EPContext) → the op makes a runtime open files or run code that the model names", m =>
        {
            m.Graph.Node[1].OpType = "EPContext";
            m.Graph.Node[1].Domain = "com.microsoft";
        });
        yield return Of("IR version", "IR version 99 is not supported, expected 3 to 13", m => m.IrVersion = 99);
    }

    private static IEnumerable<Attack> External()
    {
        yield return At("absolute", f => f.Secret, "is not a path relative to the model's folder");
        yield return At("absolute pipe", f => f.Pipe, "is not a path relative to the model's folder");
        yield return At("system file", _ => "/etc/passwd", "external data '/etc/passwd' is not a path relative to the model's folder");
        yield return At("parent", _ => "../outside/secret.bin", "is not a plain path inside the model's folder");
        yield return At("parent of a subfolder", _ => "sub/../../outside/secret.bin", "is not a plain path inside the model's folder");
        yield return At("parent by backslashes", _ => "..\\outside\\secret.bin", "is not a plain path inside the model's folder");
        yield return At("share", _ => "\\\\host\\share", "is not a path relative to the model's folder");
        yield return At("drive", _ => "C:secret.bin", "is not a path relative to the model's folder");
        yield return At("device", _ => "NUL", "is not a plain path inside the model's folder");
        yield return At("control character", _ => "w.bin\0.txt", "is not a plain path inside the model's folder");
        yield return At("the folder itself", _ => ".", "is not a plain path inside the model's folder");
        yield return At("folder", _ => "sub", "external data 'sub' is not there");
        yield return At("absent", _ => "none.bin", "external data 'none.bin' is not there");
        yield return At("symlink", _ => "link.bin", "external data 'link.bin' goes through a link", f => f.Link(f.Secret, "models/link.bin"));
        yield return At("symlink to a folder", _ => "out/secret.bin", "external data 'out/secret.bin' goes through a link", f => f.Link(f["outside"], "models/out"));
        yield return At("symlink to a pipe", _ => "link.bin", "external data 'link.bin' goes through a link", f => f.Link(f.Pipe, "models/link.bin"));
        yield return At("symlink inside the folder", _ => "link.bin", "external data 'link.bin' goes through a link", f => f.Link("w.bin", "models/link.bin"));
        yield return At("hardlink", _ => "hard.bin", "external data 'hard.bin' is a file that has another name too", f => f.HardLink(f.Secret, "models/hard.bin"));
        yield return At("hardlink of a pipe", _ => "hard.bin", "external data 'hard.bin' is no regular file", f => f.HardLink(f.Pipe, "models/hard.bin"));
        yield return At("offset out of range", _ => "w.bin", "external data 'w.bin' has 64 bytes, expected 8 from byte 57", offset: "57");
        yield return At("offset that wraps around", _ => "w.bin", "external data 'w.bin' has 64 bytes, expected 8 from byte 9223372036854775807", offset: "9223372036854775807");
        yield return At("negative offset", _ => "w.bin", "external data has the offset '-8', expected a number of bytes", offset: "-8");
        yield return At("length out of range", _ => "w.bin", "external data 'w.bin' has 64 bytes, expected 9223372036854775807 from byte 0", length: "9223372036854775807");
        yield return At("length of another size", _ => "w.bin", "external data of 16 bytes, expected 8", length: "16");
        yield return Of("overlapping", "external data of tensors 'a' and 'b' overlaps: 8 bytes from 0 and 8 from 4 of 'w.bin'", m => m.Graph.Initializer.AddRange(
            [AttackFolder.Outside("w.bin", name: "a"), AttackFolder.Outside("w.bin", "4", name: "b")]));
        yield return Of("the same bytes twice", "overlaps: 8 bytes from 8 and 8 from 8 of 'w.bin'", m => m.Graph.Initializer.AddRange(
            [AttackFolder.Outside("w.bin", "8", name: "a"), AttackFolder.Outside("w.bin", "8", name: "b")]));
        yield return Of("strings outside", "a tensor of strings cannot be external data", m =>
        {
            TensorProto tensor = AttackFolder.Outside("w.bin");
            tensor.DataType = 8;
            m.Graph.Initializer.Add(tensor);
        });
        yield return Of("location twice", "external data has the key 'location' twice", m =>
        {
            TensorProto tensor = AttackFolder.Outside("w.bin");
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../outside/secret.bin" });
            m.Graph.Initializer.Add(tensor);
        });
        yield return Of("data inside and outside", "data in 'raw_data', expected it outside the file alone", m =>
        {
            TensorProto tensor = AttackFolder.Outside("w.bin");
            tensor.RawData = ByteString.CopyFrom(new byte[8]);
            m.Graph.Initializer.Add(tensor);
        });
    }

    // The same two tensors wherever the format has one.
    private static IEnumerable<Attack> Everywhere()
    {
        foreach ((string name, string frame, Action<ModelProto, TensorProto> put) in TensorPlaces.All)
        {
            yield return Of($"size, in {name}", $"{frame} → shape [65536,65536,65536] is not one of at most 2^31 - 1 elements", m => put(m, new TensorProto { Name = "t", DataType = 1, Dims = { 65536, 65536, 65536 } }));
            yield return Of($"parent, in {name}", $"{frame} → external data '../outside/secret.bin' is not a plain path", m => put(m, AttackFolder.Outside("../outside/secret.bin")));
        }
    }

    private static Attack Raw(string name, string message, byte[] bytes) => new(name, message, f => f.Write(bytes));

    private static Attack Of(string name, string message, Action<ModelProto> change) => new(name, message, f =>
    {
        ModelProto model = AttackFolder.Honest();
        change(model);
        f.Write(model);
    });

    private static Attack At(string name, Func<AttackFolder, string> location, string message, Action<AttackFolder>? prepare = null, string? offset = "0", string? length = "8") => new(name, message, f =>
    {
        prepare?.Invoke(f);
        ModelProto model = AttackFolder.Honest();
        model.Graph.Initializer[0] = AttackFolder.Outside(location(f), offset, length, "w");
        f.Write(model);
    });

    private static void Dims(ModelProto model, params long[] dims)
    {
        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.AddRange(dims);
    }

    private static SparseTensorProto Sparse(long[] indices, params long[] dims) => new()
    {
        Values = new TensorProto { Name = "s", DataType = 1, Dims = { indices.Length }, FloatData = { indices.Select(_ => 1f) } },
        Indices = new TensorProto { DataType = 7, Dims = { indices.Length }, Int64Data = { indices } },
        Dims = { dims },
    };

    private static FunctionProto Function(string name, params string[] calls) => new()
    {
        Name = name,
        Domain = "f",
        Node = { calls.Select((c, i) => new NodeProto { Name = $"n{i}", OpType = c, Domain = "f" }) },
    };

    private static IEnumerable<FunctionProto> Chain(int length) => Enumerable.Range(0, length).Select(i => Function($"F{i}", $"F{i + 1}"));

    private static AttributeProto Branch(string name, int function) => new()
    {
        Name = name,
        Type = Kind.Graph,
        G = new GraphProto { Node = { new NodeProto { OpType = $"F{function}", Domain = "f" } } },
    };

    private static AttributeProto Nested(int depth) => new()
    {
        Name = "body",
        Type = Kind.Graph,
        G = new GraphProto { Node = { new NodeProto { Name = "n", OpType = "Loop", Attribute = { depth > 1 ? [Nested(depth - 1)] : Array.Empty<AttributeProto>() } } } },
    };

    private static byte[] Repeat(int count, params byte[] bytes) => [.. Enumerable.Range(0, count).SelectMany(_ => bytes)];

    private static byte[] Field(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
