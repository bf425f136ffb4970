using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Writes models as ONNX files: the same model gives the same bytes.</summary>
public static class ModelWriter
{
    /// <summary>What the name of a data file adds to that of its model's file.</summary>
    public const string DataSuffix = ".data";

    private const long InlineLimit = int.MaxValue - (1 << 24);
    private const long DefaultThreshold = 1024;

    private static readonly string s_version =
        typeof(ModelWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Writes a model's file, and its data file <c>NAME.data</c> beside it where initializers are external; each is renamed into place.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">Where the tensors go.</param>
    /// <exception cref="AnnealException">More than 2 GB would be inside the model's file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(Model model, string path, WriteOptions? options = null)
    {
        long threshold = options?.ExternalDataThreshold
            ?? (Initializers(model).Sum(t => t.ByteLength) > InlineLimit ? DefaultThreshold : long.MaxValue);
        Fit(model, threshold);
        if (!Initializers(model).Any(t => IsExternal(t, threshold)))
        {
            AtomicFile.Write(path, ToProto(model, ToProto).WriteTo);
            return;
        }

        string data = path + DataSuffix;
        ModelProto? proto = null;
        AtomicFile.Write(data, stream => proto = ToProto(model, new ExternalWriter(stream, Path.GetFileName(data), threshold).ToProto));
        AtomicFile.Write(path, proto!.WriteTo);
    }

    /// <summary>The size of a written model, with its data file where it has one.</summary>
    /// <param name="path">The model's file.</param>
    /// <returns>Bytes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static long SizeOf(string path)
    {
        string data = path + DataSuffix;
        return new FileInfo(path).Length + (File.Exists(data) ? new FileInfo(data).Length : 0);
    }

    /// <summary>The bytes of a model's file, all tensors inside.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A serialized <c>ModelProto</c>.</returns>
    /// <exception cref="AnnealException">The model is larger than 2 GB.</exception>
    public static byte[] ToBytes(Model model)
    {
        Fit(model, long.MaxValue);
        return ToProto(model, ToProto).ToByteArray();
    }

    internal static FunctionProto ToProto(Function function)
    {
        var proto = new FunctionProto { Name = function.Name, Domain = function.Domain };
        proto.Input.AddRange(function.Inputs);
        proto.Output.AddRange(function.Outputs);
        proto.Attribute.AddRange(function.Attributes);
        proto.AttributeProto.AddRange(function.Defaults.Select(a => ToProto(a.Key, a.Value)));
        proto.Node.AddRange(function.Nodes.Select(ToProto));
        proto.OpsetImport.AddRange(ToProto(function.Opsets));
        return proto;
    }

    private static void Fit(Model model, long threshold)
    {
        if (Initializers(model).Where(t => !IsExternal(t, threshold)).Sum(t => t.ByteLength) > InlineLimit)
        {
            throw AnnealException.BadUsage("more than 2 GB of tensors in one model file", "let large initializers be external data");
        }
    }

    private static bool IsExternal(Tensor tensor, long threshold) => tensor.Type != DType.String && tensor.ByteLength > 0 && tensor.ByteLength >= threshold;

    private static IEnumerable<Tensor> Initializers(Model model) => model.Training
        .SelectMany(t => t.Initialization is null ? [t.Algorithm] : new[] { t.Initialization, t.Algorithm })
        .Prepend(model.Graph)
        .SelectMany(g => g.Initializers.Values);

    private static TensorProto ToProto(string name, Tensor tensor) => TensorFormat.ToProto(tensor, name);

    private static ModelProto ToProto(Model model, Func<string, Tensor, TensorProto> initializer)
    {
        var proto = new ModelProto
        {
            IrVersion = model.IrVersion,
            ProducerName = Model.Producer,
            ProducerVersion = s_version,
            Graph = ToProto(model.Graph, initializer),
        };
        if (model.Doc.Length > 0)
        {
            proto.DocString = model.Doc;
        }

        proto.OpsetImport.AddRange(ToProto(model.Opsets));
        proto.MetadataProps.AddRange(ToProto(model.Metadata));
        proto.Functions.AddRange(model.Functions
            .OrderBy(f => f.Domain, StringComparer.Ordinal)
            .ThenBy(f => f.Name, StringComparer.Ordinal)
            .Select(ToProto));
        foreach (TrainingInfo training in model.Training)
        {
            var info = new TrainingInfoProto { Algorithm = ToProto(training.Algorithm, initializer) };
            if (training.Initialization is not null)
            {
                info.Initialization = ToProto(training.Initialization, initializer);
            }

            info.InitializationBinding.AddRange(ToProto(training.InitializationBindings));
            info.UpdateBinding.AddRange(ToProto(training.UpdateBindings));
            proto.TrainingInfo.Add(info);
        }

        return proto;
    }

    private static GraphProto ToProto(Graph graph, Func<string, Tensor, TensorProto> initializer)
    {
        var proto = new GraphProto { Name = graph.Name };
        proto.Input.AddRange(graph.Inputs.Select(v => ToProto(v.Name, v.Type)));
        proto.Output.AddRange(graph.Outputs.Select(v => ToProto(v.Name, v.Type)));
        proto.Initializer.AddRange(graph.Initializers.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => initializer(i.Key, i.Value)));
        proto.Node.AddRange(graph.Nodes.Select(ToProto));
        var declared = graph.Inputs.Concat(graph.Outputs).Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        proto.ValueInfo.AddRange(graph.Values
            .Where(v => !declared.Contains(v.Key) && !graph.Initializers.ContainsKey(v.Key))
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => ToProto(v.Key, v.Value)));
        return proto;
    }

    private static NodeProto ToProto(Node node)
    {
        var proto = new NodeProto { Name = node.Name, OpType = node.OpType };
        if (node.Domain.Length > 0)
        {
            proto.Domain = node.Domain;
        }

        proto.Input.AddRange(node.Inputs);
        proto.Output.AddRange(node.Outputs);
        proto.Attribute.AddRange(node.Attributes.Select(a => ToProto(a.Key, a.Value)));
        return proto;
    }

    private static AttributeProto ToProto(string name, AttributeValue value)
    {
        var proto = new AttributeProto { Name = name, Type = AttributeKinds.ToProto(value is AttributeValue.Reference r ? r.Kind : value.GetType()) };
        switch (value)
        {
            case AttributeValue.Int v: proto.I = v.Value; break;
            case AttributeValue.Float v: proto.F = v.Value; break;
            case AttributeValue.String v: proto.S = ByteString.CopyFromUtf8(v.Value); break;
            case AttributeValue.TensorValue v: proto.T = TensorFormat.ToProto(v.Value, ""); break;
            case AttributeValue.GraphValue v: proto.G = ToProto(v.Value, ToProto); break;
            case AttributeValue.Ints v: proto.Ints.AddRange(v.Values); break;
            case AttributeValue.Floats v: proto.Floats.AddRange(v.Values); break;
            case AttributeValue.Strings v: proto.Strings.AddRange(v.Values.Select(ByteString.CopyFromUtf8)); break;
            case AttributeValue.Reference v: proto.RefAttrName = v.Name; break;
        }

        return proto;
    }

    private static ValueInfoProto ToProto(string name, TensorType type)
    {
        var proto = new ValueInfoProto { Name = name };
        if (type.Type == DType.Undefined)
        {
            return proto;
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type.Type };
        if (type.Shape is { } shape)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (Dim dim in shape.Dims)
            {
                var dimension = new TensorShapeProto.Types.Dimension();
                if (dim.IsKnown)
                {
                    dimension.DimValue = dim.Size;
                }
                else if (dim.Symbol is not null)
                {
                    dimension.DimParam = dim.Symbol;
                }

                tensor.Shape.Dim.Add(dimension);
            }
        }

        proto.Type = new TypeProto { TensorType = tensor };
        return proto;
    }

    private static IEnumerable<OperatorSetIdProto> ToProto(ImmutableSortedDictionary<string, long> opsets) => opsets
        .OrderBy(o => o.Key, StringComparer.Ordinal)
        .Select(o => new OperatorSetIdProto { Domain = o.Key, Version = o.Value });

    private static IEnumerable<StringStringEntryProto> ToProto(ImmutableSortedDictionary<string, string> entries) => entries
        .OrderBy(e => e.Key, StringComparer.Ordinal)
        .Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value });

    /// <summary>Appends large initializers to a data file, each from a page boundary so that it can be mapped.</summary>
    private sealed class ExternalWriter(Stream stream, string location, long threshold)
    {
        private const int Alignment = 4096;

        public TensorProto ToProto(string name, Tensor tensor)
        {
            if (!IsExternal(tensor, threshold))
            {
                return TensorFormat.ToProto(tensor, name);
            }

            int padding = (int)((Alignment - (stream.Position % Alignment)) % Alignment);
            stream.Write(new byte[padding]);
            long offset = stream.Position;
            stream.Write(tensor.Bytes);
            TensorProto proto = TensorFormat.Header(tensor, name);
            proto.DataLocation = TensorProto.Types.DataLocation.External;
            proto.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            proto.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
            proto.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = tensor.ByteLength.ToString(CultureInfo.InvariantCulture) });
            return proto;
        }
    }
}
