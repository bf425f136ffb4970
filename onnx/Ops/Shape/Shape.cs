using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The sizes of the dimensions from start up to, not including, end; out-of-range bounds are clamped.</summary>
public sealed class Shape : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        15,
        [new("data", "T")],
        [new("shape", "T1")],
        [AttributeSchema.Int("start"), AttributeSchema.Int("end")],
        [("T", TypeSet.All), ("T1", TypeSet.Int64)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [TensorType.Of(Tensors.DType.Int64, Dim.Unknown)];
        }

        (int start, int end) = Bounds(scope.Attributes, shape.Rank);
        return [TensorType.Of(Tensors.DType.Int64, end - start)];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        (int start, int end) = Bounds(spec.Attributes, spec.In(0).Shape.Length);
        long[] sizes = [.. spec.In(0).Shape[start..end].ToArray().Select(s => (long)s)];
        return _ => sizes.CopyTo(y.Span<long>());
    }

    private static (int Start, int End) Bounds(Attributes attributes, int rank)
    {
        long start = attributes.Int("start", 0);
        long end = attributes.Int("end", rank);
        int from = (int)Math.Clamp(start < 0 ? start + rank : start, 0, rank);
        return (from, Math.Max(from, (int)Math.Clamp(end < 0 ? end + rank : end, 0, rank)));
    }
}
