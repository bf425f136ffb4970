using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Picks slices along an axis; the indices' dimensions take the axis' place.</summary>
public sealed class Gather : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T"), new("indices", "Tind")],
        [new("output", "T")],
        [AttributeSchema.Int("axis")],
        [("T", TypeSet.All), ("Tind", TypeSet.Indices)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value x = s.In(0);
        Value indices = g.Unsqueeze(g.Cast(s.In(1), DType.Int64), -1);
        Attributes add = Attributes.Of(("reduction", "add"));
        int rank = x.Rank;
        int axis = Axes.Of(s.Attributes.Int("axis", 0), rank);
        if (axis == 0)
        {
            return [g.Node("ScatterND", [g.ZerosLike(x), indices, s.DY], add), null];
        }

        int moved = s.In(1).Rank;
        long[] front = [axis, .. Range(0, axis), .. Range(axis + 1, rank - axis - 1)];
        long[] back = [.. Range(1, axis), 0, .. Range(axis + 1, rank - axis - 1)];
        Value dY = g.Transpose(s.DY, [.. Range(axis, moved), .. Range(0, axis), .. Range(axis + moved, rank - axis - 1)]);
        Value shape = x.Shape.IsStatic
            ? g.Longs([.. front.Select(d => (long)x.Shape[(int)d].Size)])
            : g.Node("Gather", [g.ShapeOf(x), g.Longs(front)]);
        Value zeros = g.Node("Expand", [g.Scalar(0, x.Type.Type), shape]);
        return [g.Transpose(g.Node("ScatterND", [zeros, indices, dY], add), back), null];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } data || scope.Shape(1) is not { } indices)
        {
            return [new(scope.Type(0), null)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", 0), data.Rank);
        return [new(scope.Type(0), new TensorShape([.. data.Dims[..axis], .. indices.Dims, .. data.Dims[(axis + 1)..]]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Compile(spec, countsFromEnd: true);

    /// <summary>Compiles the kernel.</summary>
    /// <param name="spec">The node, its inputs and outputs.</param>
    /// <param name="countsFromEnd">Whether negative indices count from the end; else they are errors.</param>
    internal static unsafe Kernel Compile(KernelSpec spec, bool countsFromEnd)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), x.Shape.Length);
        int inner = Tensor.LengthOf(x.Shape[(axis + 1)..]);
        int count = spec.In(1).Length;
        int axisSize = x.Shape[axis];
        int picks = y.Length == 0 ? 0 : y.Length / inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, inner));
        var indices = new Indexing(spec.Node, spec.In(1), axis, axisSize, countsFromEnd ? -axisSize : 0);
        int bytes = inner * x.Type.Size();
        bool isText = x.Type == DType.String;
        Action<int> body = item =>
        {
            int last = Math.Min(picks, (item + 1) * perItem);
            for (int pick = item * perItem; pick < last; pick++)
            {
                nint from = ((nint)(pick / count) * axisSize) + indices.At(pick % count);
                if (isText)
                {
                    Array.Copy(x.Strings, from * inner, y.Strings, (nint)pick * inner, inner);
                }
                else
                {
                    Blobs.Copy(x.Pointer + (from * bytes), y.Pointer + ((nint)pick * bytes), bytes);
                }
            }
        };
        int items = picks == 0 ? 0 : ((picks - 1) / perItem) + 1;
        return team => team.Run(items, body);
    }

    private static IEnumerable<long> Range(int start, int count) => Enumerable.Range(start, count).Select(d => (long)d);
}
