using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Autodiff;

/// <summary>Reverse-mode differentiation: adds the gradient of a scalar to the graph that computes it.</summary>
public static class Backward
{
    /// <summary>Adds the nodes that compute ∂loss/∂v for each value v.</summary>
    /// <param name="graph">The graph so far; the gradient's nodes are appended under the scope <c>grad</c>.</param>
    /// <param name="loss">A scalar of a floating type.</param>
    /// <param name="wrt">The values to differentiate with respect to.</param>
    /// <returns>A gradient per value, of its type and shape; zeros where the loss does not depend on it.</returns>
    /// <exception cref="AnnealException">The loss is no scalar, or an op on the way forbids differentiation.</exception>
    public static IReadOnlyList<Value> Run(GraphBuilder graph, Value loss, IReadOnlyList<Value> wrt)
    {
        if (loss.Rank != 0 || !loss.Type.Type.IsFloating())
        {
            throw AnnealException.BadUsage($"the loss '{loss.Name}' is {loss.Type}, expected a floating scalar");
        }

        Node[] nodes = [.. graph.Nodes];
        Value one = graph.Scalar(1, loss.Type.Type);
        using IDisposable scope = graph.Scope("grad");
        IReadOnlyList<Value?> gradients = ReverseMode.Run(graph, nodes, [(loss, one)], wrt);
        return [.. wrt.Select((v, i) => gradients[i] ?? graph.ExpandLike(graph.Scalar(0, v.Type.Type), v))];
    }
}
