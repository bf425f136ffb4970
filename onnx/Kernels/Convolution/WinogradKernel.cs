using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The transforms of Winograd's F(2×2, 3×3): 4 outputs of a 3×3 window by 16 products instead of 36.</summary>
/// <remarks>
/// With d the 4×4 inputs of a tile, g the window and ⊙ the product element by element: Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, where
/// Bᵀ = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1], G = [1 0 0; ½ ½ ½; ½ -½ ½; 0 0 1], Aᵀ = [1 1 1 0; 0 1 -1 -1]. Lanes are tiles.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1509.09308">Lavin and Gray, Fast Algorithms for Convolutional Neural Networks</seealso>
internal static unsafe class WinogradKernel<T, TVector, TOps>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
{
    /// <summary>Deals a row of pixels to its tiles: tile j takes pixels 2j to 2j + 3.</summary>
    /// <param name="row">The pixels; three vectors past the last tile's first may be read.</param>
    /// <param name="mask">All bits set where a tile's pixel is one of the image, none where it is padding: [4, plane].</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="plane">Elements from the tiles' first pixels to their second, and so on.</param>
    /// <param name="to">Receives the first pixel of each tile; a vector past the last may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deal(T* row, T* mask, int tiles, nint plane, T* to)
    {
        for (int j = 0; j < tiles; j += TOps.Width, row += 2 * TOps.Width, mask += TOps.Width, to += TOps.Width)
        {
            TVector low = TOps.Load(row);
            TVector high = TOps.Load(row + TOps.Width);
            TOps.Store(TOps.And(TOps.Even(low, high), TOps.Load(mask)), to);
            TOps.Store(TOps.And(TOps.Odd(low, high), TOps.Load(mask + plane)), to + plane);
            low = TOps.Load(row + 2);
            high = TOps.Load(row + TOps.Width + 2);
            TOps.Store(TOps.And(TOps.Even(low, high), TOps.Load(mask + (2 * plane))), to + (2 * plane));
            TOps.Store(TOps.And(TOps.Odd(low, high), TOps.Load(mask + (3 * plane))), to + (3 * plane));
        }
    }

    /// <summary>Gives the tiles of a row of padding their zeros.</summary>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="plane">Elements from the tiles' first pixels to their second, and so on.</param>
    /// <param name="to">Receives the first pixel of each tile; a vector past the last may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(int tiles, nint plane, T* to)
    {
        for (int j = 0; j < tiles; j += TOps.Width, to += TOps.Width)
        {
            TOps.Store(default, to);
            TOps.Store(default, to + plane);
            TOps.Store(default, to + (2 * plane));
            TOps.Store(default, to + (3 * plane));
        }
    }

    /// <summary>v = Bᵀ d B for a vector of tiles.</summary>
    /// <param name="d">The tiles' pixels of even rows: pixel (2i, j) is at d[i * below + j * plane], those of odd rows 4 planes further.</param>
    /// <param name="plane">Elements from one pixel of a row to the next.</param>
    /// <param name="below">Elements from the tiles to those below them.</param>
    /// <param name="v">Receives the 16 values.</param>
    /// <param name="step">Elements from one value to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, nint plane, nint below, T* v, nint step)
    {
        Column(d, plane, below, out TVector a0, out TVector a1, out TVector a2, out TVector a3);
        Column(d + plane, plane, below, out TVector b0, out TVector b1, out TVector b2, out TVector b3);
        Column(d + (2 * plane), plane, below, out TVector c0, out TVector c1, out TVector c2, out TVector c3);
        Column(d + (3 * plane), plane, below, out TVector e0, out TVector e1, out TVector e2, out TVector e3);
        Row(a0, b0, c0, e0, v, step);
        Row(a1, b1, c1, e1, v + (4 * step), step);
        Row(a2, b2, c2, e2, v + (8 * step), step);
        Row(a3, b3, c3, e3, v + (12 * step), step);
    }

    /// <summary>Y = Aᵀ m A for a vector of tiles: two rows of pixels, two vectors each.</summary>
    /// <param name="m">The 16 products.</param>
    /// <param name="step">Elements from one product to the next.</param>
    /// <param name="y">Receives the upper row.</param>
    /// <param name="next">Elements to the lower row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* m, nint step, T* y, nint next)
    {
        Sums(m, step, out TVector a0, out TVector a1);
        Sums(m + step, step, out TVector b0, out TVector b1);
        Sums(m + (2 * step), step, out TVector c0, out TVector c1);
        Sums(m + (3 * step), step, out TVector d0, out TVector d1);
        Pixels(a0, b0, c0, d0, y);
        Pixels(a1, b1, c1, d1, y + next);
    }

    /// <summary>A dy Aᵀ for the pixels of a tile: <paramref name="a"/> and <paramref name="b"/> above <paramref name="c"/> and <paramref name="d"/>.</summary>
    /// <param name="a">Upper left.</param>
    /// <param name="b">Upper right.</param>
    /// <param name="c">Lower left.</param>
    /// <param name="d">Lower right.</param>
    /// <param name="to">Receives the 16 values.</param>
    /// <param name="step">Elements from one value to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient(TVector a, TVector b, TVector c, TVector d, T* to, nint step)
    {
        Widen(a, b, to, step);
        Widen(TOps.Add(a, c), TOps.Add(b, d), to + (4 * step), step);
        Widen(TOps.Subtract(a, c), TOps.Subtract(b, d), to + (8 * step), step);
        Widen(TOps.Subtract(default, c), TOps.Subtract(default, d), to + (12 * step), step);
    }

    /// <summary>Gᵀ s G: a window's 9 values from the 16 sums, vector by vector.</summary>
    /// <param name="s">The sums, overwritten.</param>
    /// <param name="to">Receives the values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Window(T* s, T* to)
    {
        nint width = TOps.Width;
        for (int j = 0; j < 4; j++)
        {
            T* column = s + (j * width);
            Narrow(column, 4 * width, column, 4 * width);
        }

        for (int i = 0; i < 3; i++)
        {
            Narrow(s + (4 * i * width), width, to + (3 * i * width), width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(TVector left, TVector right, T* to, nint step)
    {
        TOps.Store(left, to);
        TOps.Store(TOps.Add(left, right), to + step);
        TOps.Store(TOps.Subtract(left, right), to + (2 * step));
        TOps.Store(TOps.Subtract(default, right), to + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(T* s, nint step, T* to, nint toStep)
    {
        TVector s1 = TOps.Load(s + step);
        TVector s2 = TOps.Load(s + (2 * step));
        TVector sum = TOps.Multiply(TOps.Half, TOps.Add(s1, s2));
        TVector last = TOps.Add(sum, TOps.Load(s + (3 * step)));
        TOps.Store(TOps.Add(TOps.Load(s), sum), to);
        TOps.Store(TOps.Multiply(TOps.Half, TOps.Subtract(s1, s2)), to + toStep);
        TOps.Store(last, to + (2 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(T* d, nint plane, nint below, out TVector t0, out TVector t1, out TVector t2, out TVector t3)
    {
        TVector d0 = TOps.Load(d);
        TVector d1 = TOps.Load(d + (4 * plane));
        TVector d2 = TOps.Load(d + below);
        TVector d3 = TOps.Load(d + (4 * plane) + below);
        t0 = TOps.Subtract(d0, d2);
        t1 = TOps.Add(d1, d2);
        t2 = TOps.Subtract(d2, d1);
        t3 = TOps.Subtract(d1, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(TVector t0, TVector t1, TVector t2, TVector t3, T* v, nint step)
    {
        TOps.Store(TOps.Subtract(t0, t2), v);
        TOps.Store(TOps.Add(t1, t2), v + step);
        TOps.Store(TOps.Subtract(t2, t1), v + (2 * step));
        TOps.Store(TOps.Subtract(t1, t3), v + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(T* m, nint step, out TVector s0, out TVector s1)
    {
        TVector m1 = TOps.Load(m + (4 * step));
        TVector m2 = TOps.Load(m + (8 * step));
        s0 = TOps.Add(TOps.Add(TOps.Load(m), m1), m2);
        s1 = TOps.Subtract(TOps.Subtract(m1, m2), TOps.Load(m + (12 * step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixels(TVector s0, TVector s1, TVector s2, TVector s3, T* y)
    {
        TVector even = TOps.Add(TOps.Add(s0, s1), s2);
        TVector odd = TOps.Subtract(TOps.Subtract(s1, s2), s3);
        TOps.Store(TOps.ZipLow(even, odd), y);
        TOps.Store(TOps.ZipHigh(even, odd), y + TOps.Width);
    }
}
