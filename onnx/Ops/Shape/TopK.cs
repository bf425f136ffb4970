using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The K largest or smallest elements along an axis and their indices, in order; of equal elements the first ones.</summary>
/// <remarks>NaN is larger than any number. The result is in order whether or not that is asked for.</remarks>
internal sealed unsafe class TopK : NumberOp
{
    public override OpSchema Schema { get; } = new(
        11,
        [new("X", "T"), new("K", "I")],
        [new("Values", "T"), new("Indices", "I")],
        [AttributeSchema.Int("axis"), AttributeSchema.Int("largest"), AttributeSchema.Int("sorted")],
        [("T", TypeSet.Numbers), ("I", TypeSet.Int64)])
    { From = 10 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value places = s.Node.HasOutput(1) ? s.Out(1) : g.Node("TopK", [s.In(0), s.In(1)], 2, s.Attributes)[1];
        return [g.Node("ScatterElements", [g.ZerosLike(s.In(0)), places, s.DY], Attributes.Of(("axis", s.Attributes.Int("axis", -1)))), null];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null), new(DType.Int64, null)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", -1), shape.Rank);
        Dim count = scope.Integers(1) is [long k] ? Axes.Size(scope, k) : Dim.Unknown;
        if (count.IsKnown && shape[axis].IsKnown && count.Size > shape[axis].Size)
        {
            throw scope.Error($"K = {count} is more than dimension {axis} of {shape}");
        }

        var result = new TensorShape([.. shape.Dims.SetItem(axis, count)]);
        return [new(scope.Type(0), result), new(DType.Int64, result)];
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot values = spec.Out();
        Slot? indices = spec.HasOut(1) ? spec.Out(1) : null;
        long axis = spec.Attributes.Int("axis", -1);
        var axes = new AxisLayout(x.Shape, axis);
        int k = values.Shape[Axes.Of(axis, x.Shape.Length)];
        bool isLargest = spec.Attributes.Int("largest", 1) != 0;
        int lines = axes.Outer * axes.Inner;
        Slot heaps = spec.Scratch((long)lines * k * sizeof(int));
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, axes.Count));
        Action<int> body = item =>
        {
            int end = Math.Min(lines, (item + 1) * perItem);
            for (int line = item * perItem; line < end; line++)
            {
                T* from = (T*)x.Pointer + ((long)(line / axes.Inner) * axes.Count * axes.Inner) + (line % axes.Inner);
                int* heap = (int*)heaps.Pointer + ((long)line * k);
                Select(from, axes.Inner, axes.Count, heap, k, isLargest);
                long start = ((long)(line / axes.Inner) * k * axes.Inner) + (line % axes.Inner);
                for (int i = 0; i < k; i++)
                {
                    long at = start + ((long)i * axes.Inner);
                    ((T*)values.Pointer)[at] = from[(long)heap[i] * axes.Inner];
                    if (indices is not null)
                    {
                        ((long*)indices.Pointer)[at] = heap[i];
                    }
                }
            }
        };
        int items = values.Length == 0 ? 0 : (lines + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    // A heap whose root is the worst of the best; taken apart it is in order.
    private static void Select<T>(T* from, int step, int count, int* heap, int k, bool isLargest)
        where T : unmanaged, INumber<T>
    {
        int size = 0;
        for (int i = 0; i < count; i++)
        {
            if (size < k)
            {
                int at = size++;
                for (; at > 0 && IsBetter(from, step, heap[(at - 1) / 2], i, isLargest); at = (at - 1) / 2)
                {
                    heap[at] = heap[(at - 1) / 2];
                }

                heap[at] = i;
            }
            else if (IsBetter(from, step, i, heap[0], isLargest))
            {
                Sink(from, step, heap, size, i, isLargest);
            }
        }

        while (size > 1)
        {
            int last = heap[--size];
            int worst = heap[0];
            Sink(from, step, heap, size, last, isLargest);
            heap[size] = worst;
        }
    }

    private static void Sink<T>(T* from, int step, int* heap, int size, int index, bool isLargest)
        where T : unmanaged, INumber<T>
    {
        int at = 0;
        for (int child = 1; child < size; child = (2 * at) + 1)
        {
            child += child + 1 < size && IsBetter(from, step, heap[child], heap[child + 1], isLargest) ? 1 : 0;
            if (IsBetter(from, step, heap[child], index, isLargest))
            {
                break;
            }

            heap[at] = heap[child];
            at = child;
        }

        heap[at] = index;
    }

    private static bool IsBetter<T>(T* from, int step, int a, int b, bool isLargest)
        where T : unmanaged, INumber<T>
    {
        T x = from[(long)a * step];
        T y = from[(long)b * step];
        return x == y || (T.IsNaN(x) && T.IsNaN(y)) ? a < b : isLargest == (T.IsNaN(x) || x > y);
    }
}
