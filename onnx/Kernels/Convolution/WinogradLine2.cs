using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>F(2, 3), from the values of polynomials at 0, ±1 and ∞.</summary>
/// <remarks>Bᵀ = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1], G = [1 0 0; ½ ½ ½; ½ -½ ½; 0 0 1], Aᵀ = [1 1 1 0; 0 1 -1 -1].</remarks>
internal readonly unsafe struct WinogradLine2<T, TVector, TOps> : IWinogradLine<T>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
{
    /// <inheritdoc/>
    public static int Outputs => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deal(T* low, T* high, T* mask, nint plane, T* to)
    {
        TVector first = TOps.Load(low);
        TVector second = TOps.Load(high);
        TOps.Store(TOps.And(TOps.Even(first, second), TOps.Load(mask)), to);
        TOps.Store(TOps.And(TOps.Odd(first, second), TOps.Load(mask + plane)), to + plane);
        first = TOps.Load(low + 2);
        second = TOps.Load(high + 2);
        TOps.Store(TOps.And(TOps.Even(first, second), TOps.Load(mask + (2 * plane))), to + (2 * plane));
        TOps.Store(TOps.And(TOps.Odd(first, second), TOps.Load(mask + (3 * plane))), to + (3 * plane));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, T* beyond, nint step, T* v, nint vStep)
    {
        TVector d0 = TOps.Load(d);
        TVector d1 = TOps.Load(d + step);
        TVector d2 = TOps.Load(beyond);
        TVector d3 = TOps.Load(beyond + step);
        TOps.Store(TOps.Subtract(d0, d2), v);
        TOps.Store(TOps.Add(d1, d2), v + vStep);
        TOps.Store(TOps.Subtract(d2, d1), v + (2 * vStep));
        TOps.Store(TOps.Subtract(d1, d3), v + (3 * vStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* s, nint step, T* y, nint yStep)
    {
        Sums(s, step, out TVector y0, out TVector y1);
        TOps.Store(y0, y);
        TOps.Store(y1, y + yStep);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pixels(T* s, T* y)
    {
        Sums(s, TOps.Width, out TVector y0, out TVector y1);
        TOps.Store(TOps.ZipLow(y0, y1), y);
        TOps.Store(TOps.ZipHigh(y0, y1), y + TOps.Width);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient(T* dY, nint step, T* z, nint zStep)
    {
        TVector y0 = TOps.Load(dY);
        TVector y1 = TOps.Load(dY + step);
        TOps.Store(y0, z);
        TOps.Store(TOps.Add(y0, y1), z + zStep);
        TOps.Store(TOps.Subtract(y0, y1), z + (2 * zStep));
        TOps.Store(TOps.Subtract(default, y1), z + (3 * zStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* g, nint step, T* u, nint uStep)
    {
        TVector half = TOps.Constant(0.5);
        TVector g0 = TOps.Load(g);
        TVector g2 = TOps.Load(g + (2 * step));
        TVector outer = TOps.Multiply(half, TOps.Add(g0, g2));
        TVector inner = TOps.Multiply(half, TOps.Load(g + step));
        TOps.Store(g0, u);
        TOps.Store(TOps.Add(outer, inner), u + uStep);
        TOps.Store(TOps.Subtract(outer, inner), u + (2 * uStep));
        TOps.Store(g2, u + (3 * uStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient(T* s, nint step, T* dG, nint gStep)
    {
        TVector half = TOps.Constant(0.5);
        TVector s1 = TOps.Load(s + step);
        TVector s2 = TOps.Load(s + (2 * step));
        TVector sum = TOps.Multiply(half, TOps.Add(s1, s2));
        TOps.Store(TOps.Add(TOps.Load(s), sum), dG);
        TOps.Store(TOps.Multiply(half, TOps.Subtract(s1, s2)), dG + gStep);
        TOps.Store(TOps.Add(sum, TOps.Load(s + (3 * step))), dG + (2 * gStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(T* s, nint step, out TVector y0, out TVector y1)
    {
        TVector s1 = TOps.Load(s + step);
        TVector s2 = TOps.Load(s + (2 * step));
        y0 = TOps.Add(TOps.Add(TOps.Load(s), s1), s2);
        y1 = TOps.Subtract(TOps.Subtract(s1, s2), TOps.Load(s + (3 * step)));
    }
}
