using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The upper or lower triangle of each matrix, from the k-th diagonal on; the rest is 0.</summary>
internal sealed class Trilu : Op
{
    public override OpSchema Schema { get; } = new(
        14,
        [new("input", "T"), new("k", "I", Optional: true)],
        [new("output", "T")],
        [AttributeSchema.Int("upper")],
        [("T", TypeSet.NumbersAndBool), ("I", TypeSet.Int64)]);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Node("Trilu", s.Has(1) ? [s.DY, s.In(1)] : [s.DY], s.Attributes), null]);

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope) => scope.Shape(0) is { Rank: < 2 } shape
        ? throw scope.Error($"an input of shape {shape} holds no matrices")
        : [scope.In(0)];

    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Slot? diagonal = spec.HasIn(1) ? spec.In(1) : null;
        bool isUpper = spec.Attributes.Int("upper", 1) != 0;
        int columns = x.Shape[^1];
        int rows = x.Shape[^2];
        int size = x.Type.Size();
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, columns));
        int all = x.Length == 0 ? 0 : x.Length / columns;
        Action<int> body = item =>
        {
            long k = diagonal is null ? 0 : *(long*)diagonal.Pointer;
            int end = Math.Min(all, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                int split = (int)Math.Clamp(row % rows + Math.Clamp(k, -rows, columns) + (isUpper ? 0 : 1), 0, columns) * size;
                var from = new ReadOnlySpan<byte>(x.Pointer + ((nint)row * columns * size), columns * size);
                var to = new Span<byte>(y.Pointer + ((nint)row * columns * size), columns * size);
                if (isUpper)
                {
                    from[split..].CopyTo(to[split..]);
                    to[..split].Clear();
                }
                else
                {
                    from[..split].CopyTo(to[..split]);
                    to[split..].Clear();
                }
            }
        };
        int items = (all + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
