using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

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
    private const int MostZeros = 3;
    private const int LeastPower = -31;
    private const int MostPower = 45;
    private static readonly ulong[] s_powers = [.. Enumerable.Range(LeastPower, MostPower - LeastPower + 1).Select(Power)];

    private static ReadOnlySpan<uint> Tens => [0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    // What runs for each value is compiled in full at once: until it is compiled again by itself, it takes ten times as long, which of some thousand rows is longer than all else.
    /// <summary>Writes a float.</summary>
    /// <param name="value">The float.</param>
    /// <param name="into">Receives it: at least <see cref="MostBytes"/> long, of which those behind the text may change.</param>
    /// <returns>The number of bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint RoundToOdd(ulong power, uint value)
    {
        ulong high = Math.BigMul(power, value, out ulong low);
        return (uint)high | ((uint)(low >> 32) > 1 ? 1u : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Layout(uint digits, int power, Span<byte> into)
    {
        int count = CountOf(digits);
        int point = count + power;
        if (point > Math.Max(count, PlainDigits) || point < -MostZeros)
        {
            return Scientific(digits, count, point - 1, into);
        }

        if (point <= 0)
        {
            "0.000000"u8.CopyTo(into);
            Put(digits, count, into[(2 - point)..]);
            return 2 - point + count;
        }

        if (point >= count)
        {
            Put(digits, count, into);
            into[count..point].Fill((byte)'0');
            return point;
        }

        Put(digits, count, into[1..]);
        into.Slice(1, point).CopyTo(into);
        into[point] = (byte)'.';
        return count + 1;
    }

    private static int Scientific(uint digits, int count, int exponent, Span<byte> into)
    {
        Put(digits, count, into[1..]);
        into[0] = into[1];
        int at = 1;
        if (count > 1)
        {
            into[1] = (byte)'.';
            at += count;
        }

        (int tens, int ones) = Math.DivRem(Math.Abs(exponent), 10);
        into[at++] = (byte)'E';
        into[at++] = (byte)(exponent < 0 ? '-' : '+');
        into[at++] = (byte)('0' + tens);
        into[at++] = (byte)('0' + ones);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountOf(uint digits)
    {
        // 1233 / 2^12 is the logarithm of 2 to base 10.
        int guess = ((BitOperations.Log2(digits) + 1) * 1233) >> 12;
        return guess + (digits >= Tens[guess] ? 1 : 0);
    }

    // Writes nine digits at most, and whatever behind them up to eight or nine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(uint digits, int count, Span<byte> into)
    {
        if (count <= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(into, Eight(digits) >> (8 * (8 - count)));
            return;
        }

        (uint first, uint others) = Math.DivRem(digits, 100_000_000);
        into[0] = (byte)('0' + first);
        BinaryPrimitives.WriteUInt64LittleEndian(into[1..], Eight(others));
    }

    // Eight digits as text, the first in the lowest byte: halves of four, then of two, then of one, all at once by multiplying with the inverse of 100 and of 10.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(uint digits)
    {
        (uint high, uint low) = Math.DivRem(digits, 10_000);
        ulong fours = high | ((ulong)low << 32);
        ulong hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
        ulong twos = hundreds | ((fours - (100 * hundreds)) << 16);
        ulong tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
        return (tens | ((twos - (10 * tens)) << 8)) + 0x3030_3030_3030_3030;
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
