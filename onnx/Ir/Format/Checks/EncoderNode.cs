using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A node's attributes, where it is a <c>LabelEncoder</c>.</summary>
internal readonly struct EncoderNode(NodeProto node)
{
    /// <summary>An attribute that is given; null as well where the node is none.</summary>
    public AttributeProto? Attribute(string name) =>
        node is { OpType: "LabelEncoder", Domain: Model.MlDomain } ? node.Attribute.FirstOrDefault(a => a.Name == name) : null;
}
