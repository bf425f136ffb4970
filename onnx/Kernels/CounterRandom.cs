using System.Numerics;

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
}
