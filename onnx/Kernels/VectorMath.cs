using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Functions of double that the runtime lacks or has only where they cancel, to a few units in the last place. NaN stays NaN.</summary>
internal static class VectorMath
{
    private const double Log2E = 1.4426950408889634;
    private const double Shift = 3L << 51;

    // ln 2 in two parts: a whole number below 2¹¹ times the first is exact.
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>exp(x) - 1.</summary>
    /// <remarks>With x = n·ln 2 + r it is 2ⁿ·(exp(r) - 1) + (2ⁿ - 1), of which exp(r) - 1 is a series.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ExpM1(Vector512<double> x)
    {
        Vector512<double> bounded = Vector512.Min(Vector512.Create(720.0), Vector512.Max(Vector512.Create(-60.0), x));

        // The sum has n in its lowest bits.
        Vector512<double> shifted = Vector512.MultiplyAddEstimate(bounded, Vector512.Create(Log2E), Vector512.Create(Shift));
        Vector512<double> n = shifted - Vector512.Create(Shift);
        Vector512<double> r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2High), bounded);
        r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2Low), r);
        Vector512<double> p = Vector512.Create(1.0 / 87178291200);
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 6227020800));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 479001600));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 39916800));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 3628800));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 362880));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 40320));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 5040));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 720));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 120));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 24));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1.0 / 6));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(0.5));
        p = Vector512.MultiplyAddEstimate(p * r, r, r);

        // Half of 2ⁿ, which alone would be out of range for the largest n.
        Vector512<double> half = ((shifted.AsInt64() + Vector512.Create(1022L)) << 52).AsDouble();
        Vector512<double> whole = Vector512.MultiplyAddEstimate(half, p, half - Vector512.Create(0.5)) * 2.0;
        return Vector512.CopySign(Vector512.ConditionalSelect(Vector512.Equals(n, Vector512<double>.Zero), p, whole), x);
    }

    /// <summary>ln(1 + x) for 0 ≤ x ≤ 1.</summary>
    /// <remarks>The series of 2·artanh(s), with s = x / (2 + x), or for a larger x of (1 + x) / 2 with ln 2 added.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LogP1(Vector512<double> x)
    {
        Vector512<double> isLarge = Vector512.GreaterThan(x, Vector512.Create(0.4142135623730951));
        Vector512<double> over = Vector512.ConditionalSelect(isLarge, x - Vector512<double>.One, x);
        Vector512<double> under = x + Vector512.ConditionalSelect(isLarge, Vector512.Create(3.0), Vector512.Create(2.0));
        Vector512<double> s = over / under;
        Vector512<double> square = s * s;
        Vector512<double> p = Vector512.Create(2.0 / 21);
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 19));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 17));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 15));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 13));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 11));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 9));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 7));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 5));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2.0 / 3));
        Vector512<double> series = Vector512.MultiplyAddEstimate(p * square, s, s + s);
        return Vector512.ConditionalSelect(isLarge, series + Vector512.Create(0.6931471805599453), Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(1e-17)), x, series));
    }

    /// <summary>2/√π · ∫₀ˣ e^(-t²) dt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Erf(Vector512<double> x)
    {
        Vector512<double> magnitude = Vector512.Abs(x);
        Vector512<double> outer = Vector512.CopySign(Vector512<double>.One - ErfTail.Of(magnitude, x, 1), x);
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(ErfTail.Start)), ErfNearZero(x), outer);
    }

    /// <summary>The normal distribution (1 + erf(x/√2)) / 2, without its cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Normal(Vector512<double> x)
    {
        Vector512<double> scaled = x * 0.7071067811865476;
        Vector512<double> magnitude = Vector512.Abs(scaled);
        Vector512<double> tail = 0.5 * ErfTail.Of(magnitude, x, 0.5);
        Vector512<double> outer = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<double>.Zero), tail, Vector512<double>.One - tail);
        Vector512<double> inner = Vector512.MultiplyAddEstimate(ErfNearZero(scaled), Vector512.Create(0.5), Vector512.Create(0.5));
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(ErfTail.Start)), inner, outer);
    }

    // 2/√π · Σ (-1)ⁿ·x²ⁿ⁺¹ / (n!·(2n + 1)): to n = 12, below the precision of double for |x| < 1/2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ErfNearZero(Vector512<double> x)
    {
        const double Scale = 1.1283791670955126;
        Vector512<double> square = x * x;
        Vector512<double> p = Vector512.Create(Scale / (479001600L * 25));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / (39916800L * 23)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale / (3628800L * 21)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / (362880L * 19)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale / (40320L * 17)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / (5040L * 15)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale / (720L * 13)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / (120L * 11)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale / (24L * 9)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / (6L * 7)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale / (2L * 5)));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-Scale / 3));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(Scale));
        return x * p;
    }
}
