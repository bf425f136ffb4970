using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A node's attributes, where it is a <c>LabelEncoder</c>.</summary>
internal readonly struct EncoderNode(NodeProto node)
{
    // From this version of its domain on it has two lists.
    private const int LeastOpset = 2;

    /// <summary>Whether a model takes the op with lists of keys and values.</summary>
    public static bool IsKnown(ModelProto model) => model.OpsetImport.Any(o => o.Domain == Model.MlDomain && o.Version >= LeastOpset);

    /// <summary>An attribute that is given; null as well where the node is none, or has not one list of keys and one of values.</summary>
    public AttributeProto? Attribute(string name) =>
        node is { OpType: "LabelEncoder", Domain: Model.MlDomain } && HasOne("keys_") && HasOne("values_") ? node.Attribute.FirstOrDefault(a => a.Name == name) : null;

    private bool HasOne(string prefix) => node.Attribute.Count(a => a.Name.StartsWith(prefix, StringComparison.Ordinal)) == 1;
}
