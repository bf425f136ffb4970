using System.Globalization;
using System.Numerics;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes floats as the shortest decimal that reads back as the same, in the form that .NET gives them, and faster.</summary>
/// <remarks>The method is that of R. Giulietti, The Schubfach way to render doubles, 2020.</remarks>
internal static class FloatText
{
    /// <summary>The most bytes that a float takes.</summary>
    public const int MostBytes = 32;

    private const int Bias = 150;
    private const int SignificandBits = 23;
    private const int PlainDigits = 9;
    private const int LeastPower = -31;
    private const int MostPower = 45;
    private static readonly ulong[] s_powers = [.. Enumerable.Range(LeastPower, MostPower - LeastPower + 1).Select(Power)];

    /// <summary>Writes a float.</summary>
    /// <param name="value">The float.</param>
    /// <param name="into">Receives it: at least <see cref="MostBytes"/> long.</param>
    /// <returns>The number of bytes.</returns>
    public static int Write(float value, Span<byte> into)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint exponent = (bits >> SignificandBits) & 0xFF;
        uint significand = bits & ((1u << SignificandBits) - 1);
        if (exponent == 0xFF)
        {
            value.TryFormat(into, out int written, "", CultureInfo.InvariantCulture);
            return written;
        }

        int at = 0;
        if (bits >> 31 != 0)
        {
            into[at++] = (byte)'-';
        }

        if ((exponent | significand) == 0)
        {
            into[at++] = (byte)'0';
            return at;
        }

        (uint digits, int power) = Shortest(significand, exponent);
        while (digits % 10 == 0)
        {
            digits /= 10;
            power++;
        }

        return at + Layout(digits, power, into[at..]);
    }

    // The shortest decimal within the interval that rounds to the float; of several, the nearest. All values are four times their size.
    private static (uint Digits, int Power) Shortest(uint significand, uint exponent)
    {
        uint c = exponent != 0 ? significand | (1u << SignificandBits) : significand;
        int q = (exponent != 0 ? (int)exponent : 1) - Bias;
        if (q <= 0 && -q <= SignificandBits && (c & ((1u << -q) - 1)) == 0)
        {
            return (c >> -q, 0);
        }

        uint isOdd = c & 1;
        bool isLowerCloser = significand == 0 && exponent > 1;
        int k = ((q * 1262611) - (isLowerCloser ? 524031 : 0)) >> 22;
        int h = q + ((-k * 1741647) >> 19) + 1;
        ulong power = s_powers[-k - LeastPower];
        uint lower = RoundToOdd(power, ((4 * c) - 2 + (isLowerCloser ? 1u : 0)) << h) + isOdd;
        uint middle = RoundToOdd(power, (4 * c) << h);
        uint upper = RoundToOdd(power, ((4 * c) + 2) << h) - isOdd;
        uint s = middle / 4;
        if (s >= 10)
        {
            uint tens = s / 10;
            bool isBelowIn = lower <= 40 * tens;
            bool isAboveIn = (40 * tens) + 40 <= upper;
            if (isBelowIn != isAboveIn)
            {
                return (tens + (isAboveIn ? 1u : 0), k + 1);
            }
        }

        bool isIn = lower <= 4 * s;
        bool isNextIn = (4 * s) + 4 <= upper;
        if (isIn != isNextIn)
        {
            return (s + (isNextIn ? 1u : 0), k);
        }

        uint half = (4 * s) + 2;
        return (s + (middle > half || (middle == half && (s & 1) != 0) ? 1u : 0), k);
    }

    private static uint RoundToOdd(ulong power, uint value)
    {
        ulong high = Math.BigMul(power, value, out ulong low);
        return (uint)high | ((uint)(low >> 32) > 1 ? 1u : 0);
    }

    private static int Layout(uint digits, int power, Span<byte> into)
    {
        Span<byte> text = stackalloc byte[10];
        int start = text.Length;
        for (; digits > 0; digits /= 10)
        {
            text[--start] = (byte)('0' + (digits % 10));
        }

        text = text[start..];
        int point = text.Length + power;
        if (point > Math.Max(text.Length, PlainDigits) || point < -3)
        {
            return Scientific(text, point - 1, into);
        }

        if (point <= 0)
        {
            into[0] = (byte)'0';
            into[1] = (byte)'.';
            into.Slice(2, -point).Fill((byte)'0');
            text.CopyTo(into[(2 - point)..]);
            return 2 - point + text.Length;
        }

        if (point >= text.Length)
        {
            text.CopyTo(into);
            into[text.Length..point].Fill((byte)'0');
            return point;
        }

        text[..point].CopyTo(into);
        into[point] = (byte)'.';
        text[point..].CopyTo(into[(point + 1)..]);
        return text.Length + 1;
    }

    private static int Scientific(ReadOnlySpan<byte> text, int exponent, Span<byte> into)
    {
        int at = 0;
        into[at++] = text[0];
        if (text.Length > 1)
        {
            into[at++] = (byte)'.';
            text[1..].CopyTo(into[at..]);
            at += text.Length - 1;
        }

        into[at++] = (byte)'E';
        into[at++] = (byte)(exponent < 0 ? '-' : '+');
        int size = Math.Abs(exponent);
        into[at++] = (byte)('0' + (size / 10));
        into[at++] = (byte)('0' + (size % 10));
        return at;
    }

    // 10^k in 64 bits, rounded up.
    private static ulong Power(int k)
    {
        var ten = BigInteger.Pow(10, Math.Abs(k));
        int bits = (int)ten.GetBitLength();
        BigInteger numerator = k >= 0 ? ten << 64 : BigInteger.One << (63 + bits);
        BigInteger denominator = k >= 0 ? BigInteger.One << bits : ten;
        return (ulong)((numerator + denominator - 1) / denominator);
    }
}
