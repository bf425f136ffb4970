namespace Anneal.Onnx.Kernels;

/// <summary>Element-wise kernels of two operands with numpy broadcasting.</summary>
/// <remarks>Dimensions are merged until the innermost run is contiguous or constant in each operand; each run is one span call.</remarks>
internal static unsafe class Broadcast
{
    /// <summary>A span operation with a scalar on the right: Y = f(A, b).</summary>
    public delegate void Right<TX, TY>(ReadOnlySpan<TX> a, TX b, Span<TY> y);

    /// <summary>A span operation with a scalar on the left: Y = f(a, B).</summary>
    public delegate void Left<TX, TY>(TX a, ReadOnlySpan<TX> b, Span<TY> y);

    /// <summary>The kernel of Y = f(A, B) for the spec's first two inputs.</summary>
    public static Kernel Zip<TX, TY>(KernelSpec spec, Elementwise.Zip<TX, TX, TY> both, Right<TX, TY> right, Left<TX, TY> left)
        where TX : unmanaged
        where TY : unmanaged
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        var layout = new BroadcastLayout(y.Shape, a.Shape, b.Shape);
        int inner = layout.Inner;
        int aStep = layout.InnerStride(0);
        int bStep = layout.InnerStride(1);
        int perItem = Math.Max(1, Elementwise.Chunk / System.Math.Max(1, inner));
        int chunks = Elementwise.Items(inner);
        if (layout.Rows == 1 && aStep == 1 && bStep == 1)
        {
            return Elementwise.Binary(a, b, y, both);
        }

        Action<int> body = item =>
        {
            int firstRow = chunks > 1 ? item / chunks : item * perItem;
            int lastRow = chunks > 1 ? firstRow + 1 : Math.Min(layout.Rows, firstRow + perItem);
            int start = chunks > 1 ? item % chunks * Elementwise.Chunk : 0;
            int count = Math.Min(Elementwise.Chunk, inner - start);
            count = chunks > 1 ? count : inner;
            for (int row = firstRow; row < lastRow; row++)
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
            }
        };
        int items = y.Length == 0 ? 0 : chunks > 1 ? layout.Rows * chunks : (layout.Rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
