using System.Numerics;
using System.Numerics.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Softmax and its logarithm along an axis: the largest element is subtracted first.</summary>
internal static unsafe class SoftmaxRows
{
    /// <summary>The kernel; input and output may share one buffer.</summary>
    public static Kernel Make<T>(KernelSpec spec, Slot x, Slot y, AxisLayout axes, bool log)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        if (y.Length == 0)
        {
            return _ => { };
        }

        int block = axes.Count * axes.Inner;
        int perItem = Math.Max(1, Elementwise.Chunk / block);
        int items = (axes.Outer + perItem - 1) / perItem;
        bool rows = axes.Inner == 1;
        int spare = (rows ? 0 : axes.Inner) + (log ? rows ? perItem * block : block : 0);
        Slot? scratch = spare > 0 ? spec.Scratch((long)items * spare * sizeof(T)) : null;
        Action<int> body = item =>
        {
            int first = item * perItem;
            int count = Math.Min(perItem, axes.Outer - first);
            var from = new ReadOnlySpan<T>((T*)x.Pointer + ((long)first * block), count * block);
            var to = new Span<T>((T*)y.Pointer + ((long)first * block), count * block);
            var work = new Span<T>(scratch is null ? null : (T*)scratch.Pointer + ((long)item * spare), spare);
            if (rows)
            {
                OfRows(from, to, work, axes.Count, log);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                OfColumns(from.Slice(i * block, block), to.Slice(i * block, block), work, axes.Inner, log);
            }
        };
        return team => team.Run(items, body);
    }

    private static void OfRows<T>(ReadOnlySpan<T> x, Span<T> y, Span<T> work, int count, bool log)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        for (int start = 0; start < x.Length; start += count)
        {
            ReadOnlySpan<T> row = x.Slice(start, count);
            T max;
            fixed (T* p = row)
            {
                max = Reduction.Run<T, Reduction.Largest<T>>(p, count);
            }

            TensorPrimitives.Subtract(row, max, y.Slice(start, count));
        }

        Span<T> powers = log ? work[..y.Length] : y;
        TensorPrimitives.Exp(y, powers);
        for (int start = 0; start < x.Length; start += count)
        {
            T sum;
            fixed (T* p = powers.Slice(start, count))
            {
                sum = Reduction.Run<T, Reduction.Sum<T>>(p, count);
            }

            Span<T> row = y.Slice(start, count);
            if (log)
            {
                TensorPrimitives.Subtract(row, T.Log(sum), row);
            }
            else
            {
                TensorPrimitives.Divide(row, sum, row);
            }
        }
    }

    private static void OfColumns<T>(ReadOnlySpan<T> x, Span<T> y, Span<T> work, int inner, bool log)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        Span<T> line = work[..inner];
        x[..inner].CopyTo(line);
        for (int i = inner; i < x.Length; i += inner)
        {
            TensorPrimitives.Max(line, x.Slice(i, inner), line);
        }

        for (int i = 0; i < x.Length; i += inner)
        {
            TensorPrimitives.Subtract(x.Slice(i, inner), line, y.Slice(i, inner));
        }

        Span<T> powers = log ? work.Slice(inner, y.Length) : y;
        TensorPrimitives.Exp(y, powers);
        line.Clear();
        for (int i = 0; i < x.Length; i += inner)
        {
            TensorPrimitives.Add(line, powers.Slice(i, inner), line);
        }

        if (log)
        {
            TensorPrimitives.Log(line, line);
        }

        for (int i = 0; i < x.Length; i += inner)
        {
            Span<T> row = y.Slice(i, inner);
            if (log)
            {
                TensorPrimitives.Subtract(row, line, row);
            }
            else
            {
                TensorPrimitives.Divide(row, line, row);
            }
        }
    }
}
