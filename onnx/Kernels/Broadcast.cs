using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>Element-wise kernels of two operands with numpy broadcasting.</summary>
/// <remarks>Dimensions are merged until the innermost run is contiguous or constant in each operand; each run is one span call.</remarks>
internal static unsafe class Broadcast
{
    /// <summary>A span operation with a scalar on the right: Y = f(A, b).</summary>
    public delegate void Right<TX, TY>(ReadOnlySpan<TX> a, TX b, Span<TY> y);

    /// <summary>A span operation with a scalar on the left: Y = f(a, B).</summary>
    public delegate void Left<TX, TY>(TX a, ReadOnlySpan<TX> b, Span<TY> y);

    /// <summary>Works on <paramref name="count"/> elements from <paramref name="start"/> of a run.</summary>
    public delegate void Run(BroadcastLayout layout, int row, int start, int count);

    /// <summary>The kernel of Y = f(A, B) for the spec's first two inputs.</summary>
    public static Kernel Zip<TX, TY>(KernelSpec spec, Elementwise.Zip<TX, TX, TY> both, Right<TX, TY> right, Left<TX, TY> left)
        where TX : unmanaged
        where TY : unmanaged => Zip(spec.In(0), spec.In(1), spec.Out(), both, right, left);

    /// <summary>The kernel of Y = f(A, B) element by element, whose integer division by zero is an error that names the node.</summary>
    public static Kernel Zip<TX, TY>(KernelSpec spec, Func<TX, TX, TY> f, Node node)
        where TX : unmanaged
        where TY : unmanaged
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        return Rows(y, new BroadcastLayout(y.Shape, a.Shape, b.Shape), (layout, row, start, count) =>
        {
            int aStep = layout.InnerStride(0);
            int bStep = layout.InnerStride(1);
            TX* pa = (TX*)a.Pointer + layout.Offset(0, row) + (start * aStep);
            TX* pb = (TX*)b.Pointer + layout.Offset(1, row) + (start * bStep);
            TY* to = (TY*)y.Pointer + ((long)row * layout.Inner) + start;
            try
            {
                for (int i = 0; i < count; i++)
                {
                    to[i] = f(pa[i * aStep], pb[i * bStep]);
                }
            }
            catch (DivideByZeroException)
            {
                throw AnnealException.BadData("integer division by zero").In(node);
            }
        });
    }

    /// <summary>The kernel of Y = f(A, B) for given operands.</summary>
    public static Kernel Zip<TX, TY>(Slot a, Slot b, Slot y, Elementwise.Zip<TX, TX, TY> both, Right<TX, TY> right, Left<TX, TY> left)
        where TX : unmanaged
        where TY : unmanaged
    {
        var layout = new BroadcastLayout(y.Shape, a.Shape, b.Shape);
        int inner = layout.Inner;
        int aStep = layout.InnerStride(0);
        int bStep = layout.InnerStride(1);
        if (layout.Rows == 1 && aStep == 1 && bStep == 1)
        {
            return Elementwise.Binary(a, b, y, both);
        }

        return Rows(y, layout, (_, row, start, count) =>
        {
            TX* pa = (TX*)a.Pointer + layout.Offset(0, row) + (start * aStep);
            TX* pb = (TX*)b.Pointer + layout.Offset(1, row) + (start * bStep);
            var to = new Span<TY>((TY*)y.Pointer + ((long)row * inner) + start, count);
            if (aStep == 1 && bStep == 1)
            {
                both(new ReadOnlySpan<TX>(pa, count), new ReadOnlySpan<TX>(pb, count), to);
            }
            else if (bStep == 0)
            {
                right(new ReadOnlySpan<TX>(pa, aStep == 0 ? 1 : count), *pb, aStep == 0 ? to[..1] : to);
                if (aStep == 0)
                {
                    to.Fill(to[0]);
                }
            }
            else
            {
                left(*pa, new ReadOnlySpan<TX>(pb, count), to);
            }
        });
    }

    /// <summary>The kernel that works on every run of a layout, long ones in chunks and short ones several to a work item.</summary>
    public static Kernel Rows(Slot y, BroadcastLayout layout, Run run)
    {
        int inner = layout.Inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, inner));
        int chunks = Elementwise.Items(inner);
        Action<int> body = item =>
        {
            if (chunks > 1)
            {
                int start = item % chunks * Elementwise.Chunk;
                run(layout, item / chunks, start, Math.Min(Elementwise.Chunk, inner - start));
                return;
            }

            int end = Math.Min(layout.Rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                run(layout, row, 0, inner);
            }
        };
        int items = y.Length == 0 ? 0 : chunks > 1 ? layout.Rows * chunks : (layout.Rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
