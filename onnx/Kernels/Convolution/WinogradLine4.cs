using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>F(4, 3), from the values of polynomials at 0, ±p, ±q and ∞, where p = 5/8 and q = 3/2.</summary>
/// <remarks>
/// Bᵀ = [p²q² 0 -(p²+q²) 0 1 0; 0 ∓pq² -q² ±p 1 0; 0 ∓p²q -p² ±q 1 0; 0 p²q² 0 -(p²+q²) 0 1], G = [1/p²q² 0 0; (1 ±p p²)/n; (1 ±q q²)/f; 0 0 1] with
/// n = 2p²(p²-q²) and f = 2q²(q²-p²), Aᵀ = [1 1 1 1 1 0; 0 p -p q -q 0; 0 p² p² q² q² 0; 0 p³ -p³ q³ -q³ 1], a row or column for each of two signs.
/// These points round some four times better than the customary ±1 and ±2, and all entries of B and A are exact.
/// </remarks>
internal readonly unsafe struct WinogradLine4<T, TVector, TOps> : IWinogradLine<T>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
{
    private const double P = 5.0 / 8;
    private const double Q = 3.0 / 2;
    private const double P2 = P * P;
    private const double Q2 = Q * Q;
    private const double AtZero = 1 / (P2 * Q2);
    private const double AtP = 1 / (2 * P2 * (P2 - Q2));
    private const double AtQ = 1 / (2 * Q2 * (Q2 - P2));

    /// <inheritdoc/>
    public static int Outputs => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deal(T* low, T* high, T* mask, nint plane, T* to)
    {
        Halves(low, high, out TVector even, out TVector odd, out TVector evenHigh, out TVector oddHigh);
        TOps.Store(TOps.And(TOps.Even(even, evenHigh), TOps.Load(mask)), to);
        TOps.Store(TOps.And(TOps.Even(odd, oddHigh), TOps.Load(mask + plane)), to + plane);
        TOps.Store(TOps.And(TOps.Odd(even, evenHigh), TOps.Load(mask + (2 * plane))), to + (2 * plane));
        TOps.Store(TOps.And(TOps.Odd(odd, oddHigh), TOps.Load(mask + (3 * plane))), to + (3 * plane));
        Halves(low + 4, high + 4, out even, out odd, out evenHigh, out oddHigh);
        TOps.Store(TOps.And(TOps.Even(even, evenHigh), TOps.Load(mask + (4 * plane))), to + (4 * plane));
        TOps.Store(TOps.And(TOps.Even(odd, oddHigh), TOps.Load(mask + (5 * plane))), to + (5 * plane));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, T* beyond, nint step, T* v, nint vStep)
    {
        TVector d1 = TOps.Load(d + step);
        TVector d2 = TOps.Load(d + (2 * step));
        TVector d3 = TOps.Load(d + (3 * step));
        TVector d4 = TOps.Load(beyond);
        TVector zero = TOps.MultiplyAdd(TOps.Constant(P2 * Q2), TOps.Load(d), TOps.MultiplyAdd(TOps.Constant(-P2 - Q2), d2, d4));
        TVector last = TOps.MultiplyAdd(TOps.Constant(P2 * Q2), d1, TOps.MultiplyAdd(TOps.Constant(-P2 - Q2), d3, TOps.Load(beyond + step)));
        TOps.Store(zero, v);
        Pair(TOps.MultiplyAdd(TOps.Constant(-Q2), d2, d4), TOps.MultiplyAdd(TOps.Constant(-Q2), d1, d3), P, v + vStep, vStep);
        Pair(TOps.MultiplyAdd(TOps.Constant(-P2), d2, d4), TOps.MultiplyAdd(TOps.Constant(-P2), d1, d3), Q, v + (3 * vStep), vStep);
        TOps.Store(last, v + (5 * vStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* s, nint step, T* y, nint yStep)
    {
        Sums(s, step, out TVector y0, out TVector y1, out TVector y2, out TVector y3);
        TOps.Store(y0, y);
        TOps.Store(y1, y + yStep);
        TOps.Store(y2, y + (2 * yStep));
        TOps.Store(y3, y + (3 * yStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pixels(T* s, T* y)
    {
        Sums(s, TOps.Width, out TVector y0, out TVector y1, out TVector y2, out TVector y3);
        TVector even = TOps.ZipLow(y0, y2);
        TVector odd = TOps.ZipLow(y1, y3);
        TOps.Store(TOps.ZipLow(even, odd), y);
        TOps.Store(TOps.ZipHigh(even, odd), y + TOps.Width);
        even = TOps.ZipHigh(y0, y2);
        odd = TOps.ZipHigh(y1, y3);
        TOps.Store(TOps.ZipLow(even, odd), y + (2 * TOps.Width));
        TOps.Store(TOps.ZipHigh(even, odd), y + (3 * TOps.Width));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient(T* dY, nint step, T* z, nint zStep)
    {
        TVector y0 = TOps.Load(dY);
        TVector y1 = TOps.Load(dY + step);
        TVector y2 = TOps.Load(dY + (2 * step));
        TVector y3 = TOps.Load(dY + (3 * step));
        TOps.Store(y0, z);
        Pair(TOps.MultiplyAdd(TOps.Constant(P2), y2, y0), TOps.MultiplyAdd(TOps.Constant(P2), y3, y1), P, z + zStep, zStep);
        Pair(TOps.MultiplyAdd(TOps.Constant(Q2), y2, y0), TOps.MultiplyAdd(TOps.Constant(Q2), y3, y1), Q, z + (3 * zStep), zStep);
        TOps.Store(y3, z + (5 * zStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* g, nint step, T* u, nint uStep)
    {
        TVector g0 = TOps.Load(g);
        TVector g1 = TOps.Load(g + step);
        TVector g2 = TOps.Load(g + (2 * step));
        TOps.Store(TOps.Multiply(TOps.Constant(AtZero), g0), u);
        TVector atP = TOps.Constant(AtP);
        Pair(TOps.Multiply(atP, TOps.MultiplyAdd(TOps.Constant(P2), g2, g0)), TOps.Multiply(atP, g1), P, u + uStep, uStep);
        TVector atQ = TOps.Constant(AtQ);
        Pair(TOps.Multiply(atQ, TOps.MultiplyAdd(TOps.Constant(Q2), g2, g0)), TOps.Multiply(atQ, g1), Q, u + (3 * uStep), uStep);
        TOps.Store(g2, u + (5 * uStep));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient(T* s, nint step, T* dG, nint gStep)
    {
        TVector s1 = TOps.Load(s + step);
        TVector s2 = TOps.Load(s + (2 * step));
        TVector s3 = TOps.Load(s + (3 * step));
        TVector s4 = TOps.Load(s + (4 * step));
        TVector p = TOps.Multiply(TOps.Constant(AtP), TOps.Add(s1, s2));
        TVector q = TOps.Multiply(TOps.Constant(AtQ), TOps.Add(s3, s4));
        TOps.Store(TOps.MultiplyAdd(TOps.Constant(AtZero), TOps.Load(s), TOps.Add(p, q)), dG);
        TVector odd = TOps.Multiply(TOps.Constant(Q * AtQ), TOps.Subtract(s3, s4));
        TOps.Store(TOps.MultiplyAdd(TOps.Constant(P * AtP), TOps.Subtract(s1, s2), odd), dG + gStep);
        TVector even = TOps.MultiplyAdd(TOps.Constant(Q2), q, TOps.Load(s + (5 * step)));
        TOps.Store(TOps.MultiplyAdd(TOps.Constant(P2), p, even), dG + (2 * gStep));
    }

    /// <summary>Stores even + point · odd, then even - point · odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(TVector even, TVector odd, double point, T* to, nint step)
    {
        TOps.Store(TOps.MultiplyAdd(TOps.Constant(point), odd, even), to);
        TOps.Store(TOps.MultiplyAdd(TOps.Constant(-point), odd, even), to + step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(T* s, nint step, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
    {
        TVector s1 = TOps.Load(s + step);
        TVector s2 = TOps.Load(s + (2 * step));
        TVector s3 = TOps.Load(s + (3 * step));
        TVector s4 = TOps.Load(s + (4 * step));
        TVector p = TOps.Add(s1, s2);
        TVector q = TOps.Add(s3, s4);
        y0 = TOps.Add(TOps.Add(TOps.Load(s), p), q);
        y2 = TOps.MultiplyAdd(TOps.Constant(P2), p, TOps.Multiply(TOps.Constant(Q2), q));
        p = TOps.Subtract(s1, s2);
        q = TOps.Subtract(s3, s4);
        y1 = TOps.MultiplyAdd(TOps.Constant(P), p, TOps.Multiply(TOps.Constant(Q), q));
        y3 = TOps.MultiplyAdd(TOps.Constant(P * P2), p, TOps.MultiplyAdd(TOps.Constant(Q * Q2), q, TOps.Load(s + (5 * step))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(T* low, T* high, out TVector even, out TVector odd, out TVector evenHigh, out TVector oddHigh)
    {
        TVector first = TOps.Load(low);
        TVector second = TOps.Load(low + TOps.Width);
        even = TOps.Even(first, second);
        odd = TOps.Odd(first, second);
        first = TOps.Load(high);
        second = TOps.Load(high + TOps.Width);
        evenHigh = TOps.Even(first, second);
        oddHigh = TOps.Odd(first, second);
    }
}
