using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins a product with a matrix and the row that is added to it, as other tools write a dense layer: <c>MatMul(A, B) + c</c> becomes <c>Gemm(A, B, c)</c>.</summary>
/// <remarks>Where A has more than two dimensions its rows are laid under one another, and the result's taken apart.</remarks>
public static class FuseMatMulAdd
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph)
    {
        var index = new GraphIndex(graph);
        var types = new Lazy<TypeInference>(() => TypeInference.Of(graph));
        var initializers = graph.Initializers.ToBuilder();
        Graph result = NodeRule.Apply(graph, node =>
        {
            for (int i = 0; node is { Domain: "", OpType: "Add" } && i < 2; i++)
            {
                if (index.OnlyFor(node.Inputs[i], "MatMul") is { } product && Joined(product, node, node.Inputs[1 - i]) is { } nodes)
                {
                    return (nodes, [product]);
                }
            }

            return null;
        });
        return result with { Initializers = initializers.ToImmutable() };

        Node[]? Joined(Node product, Node add, string row)
        {
            TensorType a = types.Value.Types[product.Inputs[0]];
            TensorType b = types.Value.Types[product.Inputs[1]];
            bool isRow = a.Type.IsFloating() && a.Shape is { Rank: >= 2 } && b.Shape is { Rank: 2, IsStatic: true }
                && types.Value.Types[row].Shape is { Rank: >= 1, IsStatic: true } c && c.Dims.SkipLast(1).All(d => d.Size == 1) && c.Rank <= 2 && c[-1] == b.Shape.Value[1];
            if (!isRow)
            {
                return null;
            }

            TensorShape rows = a.Shape!.Value;
            var gemm = new Node(product.Name, "", "Gemm", [.. product.Inputs, row], add.Outputs, Attributes.None, product.Origin);
            if (rows.Rank == 2)
            {
                return [gemm];
            }

            long[] wide = [.. rows.Dims.SkipLast(1).Select(d => d.IsKnown ? (long)d.Size : -1), b.Shape!.Value[1].Size];
            if (wide.Count(d => d < 0) > 1 || wide.Contains(0))
            {
                return null;
            }

            string name = add.Outputs[0];
            initializers.Add(name + "/under", Tensor.Vector<long>(-1, b.Shape.Value[0].Size));
            initializers.Add(name + "/apart", Tensor.Vector<long>(wide));
            return
            [
                new Node(name + "/under", "", "Reshape", [product.Inputs[0], name + "/under"], [name + "/rows"], Attributes.None, product.Origin),
                gemm with { Inputs = gemm.Inputs.SetItem(0, name + "/rows"), Outputs = [name + "/sums"] },
                new Node(name + "/apart", "", "Reshape", [name + "/sums", name + "/apart"], [name], Attributes.None, product.Origin),
            ];
        }
    }
}
