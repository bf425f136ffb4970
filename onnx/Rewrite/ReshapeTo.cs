using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Says a change of shape as one Reshape to a constant, where the result's shape is known well enough.</summary>
internal static class ReshapeTo
{
    /// <summary>A Reshape in a node's place.</summary>
    /// <param name="node">The node that changes the shape.</param>
    /// <param name="source">The value to take the elements from.</param>
    /// <param name="shape">The result's shape.</param>
    /// <returns>The Reshape with its initializer; null where more than one size is open, or one beside a size of zero.</returns>
    public static (Node Node, string Name, Tensor Shape)? Of(Node node, string source, TensorShape? shape)
    {
        if (shape is not { } to || to.Dims.Count(d => !d.IsKnown) > 1 || (!to.IsStatic && to.Dims.Any(d => d is { Size: 0 })))
        {
            return null;
        }

        string name = node.Outputs[0] + "/shape";
        Attributes attributes = to.IsStatic ? Attributes.Of(("allowzero", 1L)) : Attributes.None;
        Tensor sizes = Tensor.Vector<long>([.. to.Dims.Select(d => d.IsKnown ? d.Size : -1L)]);
        return (node with { Domain = "", OpType = "Reshape", Inputs = [source, name], Attributes = attributes }, name, sizes);
    }

    /// <summary>Whether two values have one type, of sizes that are known to be equal.</summary>
    public static bool IsSame(TensorType a, TensorType b) =>
        a.Type == b.Type && a.Shape is { } x && b.Shape is { } y && x == y && x.Dims.All(d => d.IsKnown || d.Symbol is not null);
}
