using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Repeats a tensor along each dimension.</summary>
public sealed class Tile : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("input", "T"), new("repeats", "T1")], [new("output", "T")], [], [("T", TypeSet.All), ("T1", TypeSet.Int64)])
    { From = 6 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value x = s.In(0);
        if (x.Rank == 0)
        {
            return [s.DY, null];
        }

        Value pairs = g.Node("Concat", [g.Unsqueeze(s.In(1), 1), g.Unsqueeze(g.ShapeOf(x), 1)], Attributes.Of(("axis", 1L)));
        Value parts = g.Reshape(s.DY, g.Reshape(pairs, -1));
        return [g.ReduceSum(parts, keepDims: false, [.. Enumerable.Range(0, x.Rank).Select(d => 2L * d)]), null];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        if (scope.Integers(1) is not { } repeats)
        {
            return [new(scope.Type(0), new TensorShape([.. shape.Dims.Select(_ => Dim.Unknown)]))];
        }

        if (repeats.Length != shape.Rank)
        {
            throw scope.Error($"repeats [{string.Join(",", repeats)}] do not fit input of shape {shape}");
        }

        return [new(scope.Type(0), new TensorShape([.. shape.Dims.Select((d, i) =>
            repeats[i] == 1 ? d : d.IsKnown ? Axes.Size(scope, checked(d.Size * repeats[i])) : Dim.Unknown)]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int[] xStrides = StridedCopy.Dense(x.Shape);
        int[] yStrides = StridedCopy.Dense(y.Shape);
        int rank = xStrides.Length;
        int[] sizes = new int[2 * rank];
        int[] from = new int[2 * rank];
        int[] to = new int[2 * rank];
        for (int d = 0; d < rank; d++)
        {
            sizes[2 * d] = x.Shape[d] == 0 ? 0 : y.Shape[d] / x.Shape[d];
            to[2 * d] = yStrides[d] * x.Shape[d];
            sizes[(2 * d) + 1] = x.Shape[d];
            from[(2 * d) + 1] = xStrides[d];
            to[(2 * d) + 1] = yStrides[d];
        }

        return new StridedCopy(x, y, sizes, from, to).Run;
    }
}
