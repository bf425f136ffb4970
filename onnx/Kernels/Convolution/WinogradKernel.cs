using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The transforms of Winograd's F(m×m, 3×3) for vectors of tiles: those of <see cref="IWinogradLine{T}"/> along each axis in turn.</summary>
/// <remarks>Between the two axes values go through memory, since registers do not hold a tile: <see cref="WinogradTiles{T}.BufferBytes"/>, aligned as vectors are.</remarks>
internal static unsafe class WinogradKernel<T, TVector, TOps, TLine>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
    where TLine : IWinogradLine<T>
{
    private static int Size => TLine.Outputs + 2;

    /// <summary>Deals rows of pixels to their tiles: see <see cref="IWinogradLine{T}.Deal"/>.</summary>
    /// <param name="row">The pixels; past those of the last tile as many as a vector of tiles has may be read.</param>
    /// <param name="half">Elements to the pixels of the upper half of a vector: those that follow, or those of another row.</param>
    /// <param name="mask">All bits set where a tile's pixel is one of the image, none where it is padding: [m + 2, plane].</param>
    /// <param name="tiles">The number of tiles; no more than a vector's where they are of two rows.</param>
    /// <param name="plane">Elements from the tiles' first pixels to their second, and so on.</param>
    /// <param name="to">Receives the first pixel of each tile; a vector past the last may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deal(T* row, nint half, T* mask, int tiles, nint plane, T* to)
    {
        for (int j = 0; j < tiles; j += TOps.Width, row += TLine.Outputs * TOps.Width, mask += TOps.Width, to += TOps.Width)
        {
            TLine.Deal(row, row + half, mask, plane, to);
        }
    }

    /// <summary>v = Bᵀ d B for a vector of tiles.</summary>
    /// <param name="d">Pixel (i, j) of the tiles is at d[(i % m) * (m + 2) * plane + (i / m) * below + j * plane].</param>
    /// <param name="plane">Elements from one pixel of a row to the next.</param>
    /// <param name="below">Elements from the tiles to those below them.</param>
    /// <param name="t">The buffer.</param>
    /// <param name="v">Receives (m + 2)² values.</param>
    /// <param name="step">Elements from one value to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, nint plane, nint below, T* t, T* v, nint step)
    {
        for (int j = 0; j < Size; j++)
        {
            T* column = d + (j * plane);
            TLine.Input(column, column + below, Size * plane, t + (j * TOps.Width), Size * TOps.Width);
        }

        for (int i = 0; i < Size; i++)
        {
            T* row = t + (i * Size * TOps.Width);
            TLine.Input(row, row + (TLine.Outputs * TOps.Width), TOps.Width, v + (i * Size * step), step);
        }
    }

    /// <summary>Y = Aᵀ s A for a vector of tiles: m rows of pixels, m vectors each.</summary>
    /// <param name="s">(m + 2)² sums.</param>
    /// <param name="step">Elements from one sum to the next.</param>
    /// <param name="t">The buffer.</param>
    /// <param name="y">Receives the uppermost row.</param>
    /// <param name="next">Elements from one row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* s, nint step, T* t, T* y, nint next)
    {
        for (int j = 0; j < Size; j++)
        {
            TLine.Output(s + (j * step), Size * step, t + (j * TOps.Width), Size * TOps.Width);
        }

        for (int i = 0; i < TLine.Outputs; i++)
        {
            TLine.Pixels(t + (i * Size * TOps.Width), y + (i * next));
        }
    }

    /// <summary>Z = A dY Aᵀ for a tile of m×m gradients.</summary>
    /// <param name="dY">The gradients of the uppermost row.</param>
    /// <param name="right">Elements from one gradient to the next of its row.</param>
    /// <param name="below">Elements from one row to the next.</param>
    /// <param name="columns">The columns that there are; those to their right count as zero.</param>
    /// <param name="t">The buffer.</param>
    /// <param name="z">Receives (m + 2)² values.</param>
    /// <param name="step">Elements from one value to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient(T* dY, nint right, nint below, int columns, T* t, T* z, nint step)
    {
        for (int j = 0; j < TLine.Outputs; j++)
        {
            T* to = t + (j * TOps.Width);
            if (j < columns)
            {
                TLine.OutputGradient(dY + (j * right), below, to, TLine.Outputs * TOps.Width);
            }
            else
            {
                for (int i = 0; i < Size; i++)
                {
                    TOps.Store(default, to + (i * TLine.Outputs * TOps.Width));
                }
            }
        }

        for (int i = 0; i < Size; i++)
        {
            TLine.OutputGradient(t + (i * TLine.Outputs * TOps.Width), TOps.Width, z + (i * Size * step), step);
        }
    }

    /// <summary>U = G g Gᵀ for a vector of channels.</summary>
    /// <param name="g">The window's centre.</param>
    /// <param name="down">Elements from one value of the window to the one below.</param>
    /// <param name="right">Elements from one value of the window to the next.</param>
    /// <param name="t">The buffer.</param>
    /// <param name="u">Receives (m + 2)² values.</param>
    /// <param name="step">Elements from one value to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* g, nint down, nint right, T* t, T* u, nint step)
    {
        for (int j = 0; j < 3; j++)
        {
            TLine.Weights(g - down + ((j - 1) * right), down, t + (j * TOps.Width), 3 * TOps.Width);
        }

        for (int i = 0; i < Size; i++)
        {
            TLine.Weights(t + (3 * i * TOps.Width), TOps.Width, u + (i * Size * step), step);
        }
    }

    /// <summary>dg = Gᵀ s G for a vector of filters.</summary>
    /// <param name="s">(m + 2)² sums, vector by vector.</param>
    /// <param name="t">The buffer.</param>
    /// <param name="dG">Receives the gradients of the window's 9 values, vector by vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient(T* s, T* t, T* dG)
    {
        for (int j = 0; j < Size; j++)
        {
            TLine.WeightGradient(s + (j * TOps.Width), Size * TOps.Width, t + (j * TOps.Width), Size * TOps.Width);
        }

        for (int i = 0; i < 3; i++)
        {
            TLine.WeightGradient(t + (i * Size * TOps.Width), TOps.Width, dG + (3 * i * TOps.Width), TOps.Width);
        }
    }
}
