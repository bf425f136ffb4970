using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Onnx.Kernels;

/// <summary>Asks for memory ahead of its use, where the hardware does not foresee it; any address may be named.</summary>
internal static unsafe class CacheLines
{
    private const int Bytes = 64;

    /// <summary>Asks for memory to be read soon.</summary>
    /// <param name="from">Its start.</param>
    /// <param name="length">Its length in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* from, nint length)
    {
        if (Sse.IsSupported)
        {
            for (nint at = 0; at < length; at += Bytes)
            {
                Sse.Prefetch0((byte*)from + at);
            }
        }
    }

    /// <summary>Asks for memory to be used later, past the nearest cache.</summary>
    /// <param name="from">Its start.</param>
    /// <param name="length">Its length in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchFar(void* from, nint length)
    {
        if (Sse.IsSupported)
        {
            for (nint at = 0; at < length; at += Bytes)
            {
                Sse.Prefetch1((byte*)from + at);
            }
        }
    }
}
