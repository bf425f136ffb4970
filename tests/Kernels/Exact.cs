using System.Numerics;

namespace Anneal.Tests.Kernels;

/// <summary>Functions by their series in whole numbers of 2⁻³⁰⁷², and how far a float or double is from them.</summary>
internal static class Exact
{
    private const int Bits = 3072;

    public static BigInteger One { get; } = BigInteger.One << Bits;

    public static BigInteger Of(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = (bits & 0xFFFFFFFFFFFFFL) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger value = (BigInteger)mantissa << (Bits - 1075 + Math.Max(exponent, 1));
        return x < 0 ? -value : value;
    }

    public static BigInteger Multiply(BigInteger a, BigInteger b) => (a * b) >> Bits;

    public static BigInteger Divide(BigInteger a, BigInteger b) => (a << Bits) / b;

    public static BigInteger Exp(BigInteger x)
    {
        BigInteger sum = One;
        BigInteger term = One;
        for (int n = 1; term != 0 && term != -1; n++)
        {
            term = Multiply(term, x) / n;
            sum += term;
        }

        return sum;
    }

    /// <summary>ln(1 + x) for 0 ≤ x ≤ 1.</summary>
    public static BigInteger LogP1(BigInteger x)
    {
        BigInteger power = Divide(x, x + (2 * One));
        BigInteger square = Multiply(power, power);
        BigInteger sum = 0;
        for (int n = 1; power != 0; n += 2)
        {
            sum += 2 * power / n;
            power = Multiply(power, square);
        }

        return sum;
    }

    public static BigInteger Erf(BigInteger x)
    {
        BigInteger square = Multiply(x, x);
        BigInteger power = x;
        BigInteger sum = x;
        for (int n = 1; power != 0 && power != -1; n++)
        {
            power = -Multiply(power, square) / n;
            sum += power / ((2 * n) + 1);
        }

        return Divide(2 * sum, Root(Pi()));
    }

    public static BigInteger Root(BigInteger x)
    {
        BigInteger root = One * 2;
        for (int i = 0; i < 20; i++)
        {
            root = (root + Divide(x, root)) / 2;
        }

        return root;
    }

    /// <summary>The distance of a value from the exact one, in units in the last place of the exact one.</summary>
    public static double Ulps(double value, BigInteger exact, bool isFloat)
    {
        BigInteger magnitude = BigInteger.Abs(exact);
        int digits = isFloat ? 24 : 53;
        int lowest = Bits - (isFloat ? 149 : 1074);
        int last = Math.Max((int)magnitude.GetBitLength() - digits, lowest);
        return (double)((BigInteger.Abs(Of(value) - exact) << 20) >> last) / (1 << 20);
    }

    // Machin: π = 16·arctan(1/5) - 4·arctan(1/239).
    private static BigInteger Pi() => (16 * ArcTan(5)) - (4 * ArcTan(239));

    private static BigInteger ArcTan(int inverse)
    {
        BigInteger power = One / inverse;
        BigInteger sum = power;
        for (int n = 3, sign = -1; power != 0; n += 2, sign = -sign)
        {
            power /= inverse * inverse;
            sum += sign * power / n;
        }

        return sum;
    }
}
