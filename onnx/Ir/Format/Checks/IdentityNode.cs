using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Nodes of a file that give what they take.</summary>
internal static class IdentityNode
{
    private const string OpType = "Identity";

    /// <summary>Whether a model takes the standard's own ops, of which it is one.</summary>
    public static bool IsKnown(ModelProto model) => model.OpsetImport.Any(o => GraphReader.Domain(o.Domain).Length == 0);

    /// <summary>Whether a node is one.</summary>
    public static bool Is(NodeProto node) => node.OpType == OpType && GraphReader.Domain(node.Domain).Length == 0;

    /// <summary>Makes one of a node with one input and one output.</summary>
    public static void Make(NodeProto node)
    {
        node.OpType = OpType;
        node.Domain = "";
        node.Attribute.Clear();
    }
}
