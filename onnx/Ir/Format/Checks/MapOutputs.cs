using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>
/// Takes ZipMap away from a file's outputs: where converters of scikit-learn give a map from label to number for each row, the numbers themselves leave, [N, labels],
/// under the same name.
/// </summary>
/// <remarks>The names are kept in the metadata, under <see cref="Model.MapsKey"/>. A ZipMap that a node reads stays.</remarks>
internal static class MapOutputs
{
    /// <summary>Changes a model that was checked.</summary>
    public static void ToTables(ModelProto proto)
    {
        GraphProto graph = proto.Graph;
        var read = graph.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        Dictionary<string, ValueInfoProto> outputs = graph.Output.DistinctBy(o => o.Name, StringComparer.Ordinal).ToDictionary(o => o.Name, StringComparer.Ordinal);
        var names = new OrderedDictionary<string, TypeProto>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node.Where(n => n is { Domain: Model.MlDomain, OpType: "ZipMap", Input.Count: 1, Output.Count: 1 } && !read.Contains(n.Output[0])))
        {
            if (outputs.TryGetValue(node.Output[0], out ValueInfoProto? output))
            {
                output.Type = Table(node.Attribute.Sum(a => a.Strings.Count + a.Ints.Count));
                IdentityNode.Make(node);
                names.Add(output.Name, output.Type);
            }
        }

        if (names.Count == 0)
        {
            return;
        }

        foreach (ValueInfoProto value in graph.ValueInfo)
        {
            value.Type = names.GetValueOrDefault(value.Name, value.Type);
        }

        if (!IdentityNode.IsKnown(proto))
        {
            proto.OpsetImport.Add(new OperatorSetIdProto { Version = Model.DefaultOpset });
        }

        if (!proto.MetadataProps.Any(p => p.Key == Model.MapsKey))
        {
            proto.MetadataProps.Add(new StringStringEntryProto { Key = Model.MapsKey, Value = string.Join(", ", names.Keys) });
        }
    }

    private static TypeProto Table(int labels)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension());
        shape.Dim.Add(labels > 0 ? new TensorShapeProto.Types.Dimension { DimValue = labels } : new TensorShapeProto.Types.Dimension());
        return new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DType.Float, Shape = shape } };
    }
}
