namespace Anneal.Onnx.Kernels;

/// <summary>Splits element-wise work into chunks by length alone.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements per work item: large enough to pay a hand-off, small enough to stay in the first caches.</summary>
    public const int Chunk = 16384;

    // A span shorter than any vector goes through scalar functions that may round otherwise, so no tail is left that short: bits do not depend on the cut.
    private const int ShortestTail = 64;

    /// <summary>A span operation Y = f(X).</summary>
    public delegate void Map<TX, TY>(ReadOnlySpan<TX> x, Span<TY> y);

    /// <summary>A span operation Y = f(A, B).</summary>
    public delegate void Zip<TA, TB, TY>(ReadOnlySpan<TA> a, ReadOnlySpan<TB> b, Span<TY> y);

    /// <summary>The kernel of Y = f(X).</summary>
    public static Kernel Unary<TX, TY>(Slot x, Slot y, Map<TX, TY> f)
        where TX : unmanaged
        where TY : unmanaged
    {
        int length = y.Length;
        int items = Spans(length);
        Action<int> body = item =>
        {
            int start = item * Chunk;
            int count = item == items - 1 ? length - start : Chunk;
            f(new ReadOnlySpan<TX>((TX*)x.Pointer + start, count), new Span<TY>((TY*)y.Pointer + start, count));
        };
        return team => team.Run(items, body);
    }

    /// <summary>The kernel of Y = f(A, B) for operands of one shape.</summary>
    public static Kernel Binary<TA, TB, TY>(Slot a, Slot b, Slot y, Zip<TA, TB, TY> f)
        where TA : unmanaged
        where TB : unmanaged
        where TY : unmanaged
    {
        int length = y.Length;
        int items = Spans(length);
        Action<int> body = item =>
        {
            int start = item * Chunk;
            int count = item == items - 1 ? length - start : Chunk;
            f(
                new ReadOnlySpan<TA>((TA*)a.Pointer + start, count),
                new ReadOnlySpan<TB>((TB*)b.Pointer + start, count),
                new Span<TY>((TY*)y.Pointer + start, count));
        };
        return team => team.Run(items, body);
    }

    /// <summary>The number of work items of a length.</summary>
    public static int Items(int length) => (int)(((long)length + Chunk - 1) / Chunk);

    private static int Spans(int length) => length == 0 ? 0 : Math.Max(1, Items(length - (ShortestTail - 1)));
}
