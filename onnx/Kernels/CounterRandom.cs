using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Random numbers as a pure function of a key and a counter: no state, the same on any thread and any engine.</summary>
/// <remarks>Widynski's Squares, four rounds, 32 bits out.</remarks>
/// <seealso href="https://arxiv.org/abs/2004.06278"/>
public static class CounterRandom
{
    /// <summary>The key of a stream: SplitMix64 of the seed and the FNV-1a hash of the purpose, made odd.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for, such as <c>shuffle</c>.</param>
    /// <returns>The key.</returns>
    public static ulong Key(ulong seed, string purpose)
    {
        ulong hash = 14695981039346656037UL;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(purpose))
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        ulong z = (seed ^ hash) + 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return (z ^ (z >> 31)) | 1;
    }

    /// <summary>The random number at a counter.</summary>
    /// <param name="key">The stream's key.</param>
    /// <param name="counter">The position in the stream.</param>
    /// <returns>32 uniform bits.</returns>
    public static uint UInt32(ulong key, ulong counter)
    {
        ulong x = counter * key;
        ulong y = x;
        ulong z = y + key;
        x = BitOperations.RotateLeft((x * x) + y, 32);
        x = BitOperations.RotateLeft((x * x) + z, 32);
        x = BitOperations.RotateLeft((x * x) + y, 32);
        return (uint)(((x * x) + z) >> 32);
    }

    /// <summary>Consecutive numbers of a stream.</summary>
    /// <param name="key">The stream's key.</param>
    /// <param name="counter">The place of the first one.</param>
    /// <param name="values">Receives <c>UInt32(key, counter + i)</c>.</param>
    public static void Fill(ulong key, ulong counter, Span<uint> values)
    {
        int i = 0;
        Vector512<ulong> lanes = Vector512.CreateSequence(0UL, 1UL);
        for (; i <= values.Length - 16; i += 16)
        {
            Vector512<ulong> low = Bits(key, Vector512.Create(counter + (ulong)i) + lanes);
            Vector512<ulong> high = Bits(key, Vector512.Create(counter + (ulong)i + 8) + lanes);
            Vector512.Narrow(low, high).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = UInt32(key, counter + (ulong)i);
        }
    }

    private static Vector512<ulong> Bits(ulong key, Vector512<ulong> counter)
    {
        Vector512<ulong> y = counter * key;
        Vector512<ulong> z = y + Vector512.Create(key);
        Vector512<ulong> x = Rotate((y * y) + y);
        x = Rotate((x * x) + z);
        x = Rotate((x * x) + y);
        return Vector512.ShiftRightLogical((x * x) + z, 32);
    }

    private static Vector512<ulong> Rotate(Vector512<ulong> x) => Vector512.ShiftLeft(x, 32) | Vector512.ShiftRightLogical(x, 32);
}
