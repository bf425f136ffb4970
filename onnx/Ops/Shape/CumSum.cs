using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The sums of all elements up to each one along an axis: from the end if reverse, without the element itself if exclusive.</summary>
internal sealed class CumSum : NumberOp
{
    public override OpSchema Schema { get; } = new(
        14,
        [new("x", "T"), new("axis", "T2")],
        [new("y", "T")],
        [AttributeSchema.Int("exclusive"), AttributeSchema.Int("reverse")],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int32, DType.Int64, DType.UInt32, DType.UInt64)), ("T2", TypeSet.Indices)])
    { From = 11 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        long reverse = s.Attributes.Int("reverse", 0) == 0 ? 1 : 0;
        return [s.Builder.Node("CumSum", [s.DY, s.In(1)], s.Attributes.With("reverse", reverse)), null];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is { } shape && scope.Integers(1) is [long axis])
        {
            scope.Axis(axis, shape.Rank);
        }

        return [scope.In(0)];
    }

    protected override unsafe Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Tensor axis = spec.Constant(1) ?? throw AnnealException.BadData("the axis is computed by the graph; it must be constant").In(spec.Node);
        var axes = new AxisLayout(x.Shape, axis.Type == DType.Int32 ? axis.Span<int>()[0] : axis.Span<long>()[0]);
        bool isExclusive = spec.Attributes.Int("exclusive", 0) != 0;
        bool isReverse = spec.Attributes.Int("reverse", 0) != 0;
        int lines = axes.Outer * axes.Inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, axes.Count));
        Action<int> body = item =>
        {
            int end = Math.Min(lines, (item + 1) * perItem);
            for (int line = item * perItem; line < end; line++)
            {
                long start = ((long)(line / axes.Inner) * axes.Count * axes.Inner) + (line % axes.Inner);
                T sum = T.Zero;
                for (int k = 0; k < axes.Count; k++)
                {
                    long at = start + ((long)(isReverse ? axes.Count - 1 - k : k) * axes.Inner);
                    T value = ((T*)x.Pointer)[at];
                    ((T*)y.Pointer)[at] = isExclusive ? sum : sum + value;
                    sum += value;
                }
            }
        };
        int items = x.Length == 0 ? 0 : (lines + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
