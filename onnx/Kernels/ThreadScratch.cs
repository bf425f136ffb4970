using System.Runtime.InteropServices;

namespace Anneal.Onnx.Kernels;

/// <summary>Memory of one thread for packed operands: small enough to stay in its cache from one product to the next.</summary>
internal sealed unsafe class ThreadScratch
{
    /// <summary>Size in bytes.</summary>
    public const int Bytes = 768 * 1024;

    [ThreadStatic]
    private static ThreadScratch? s_current;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 4096);

    ~ThreadScratch()
    {
        NativeMemory.AlignedFree(_memory);
    }

    /// <summary>The calling thread's memory, aligned to a page; it lives as long as the thread.</summary>
    public static byte* Memory => (s_current ??= new ThreadScratch())._memory;
}
