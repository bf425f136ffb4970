using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Runs work with vectors of a width that this machine has.</summary>
internal static class VectorWidth<T>
    where T : unmanaged
{
    /// <summary>Runs work with the widest vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TWork>(TWork work)
        where TWork : struct, IVectorWork<T> => Run(work, MicroKernelTable<T>.Bits);

    /// <summary>Runs work with the widest vectors up to a number of bits, or the narrowest where that is below them.</summary>
    public static void Run<TWork>(TWork work, int mostBits)
        where TWork : struct, IVectorWork<T>
    {
        int bits = Math.Min(MicroKernelTable<T>.Bits, mostBits);
        if (bits >= 512)
        {
            work.Run<Vector512<T>, Ops512<T>>();
        }
        else if (bits >= 256)
        {
            work.Run<Vector256<T>, Ops256<T>>();
        }
        else
        {
            work.Run<Vector128<T>, Ops128<T>>();
        }
    }
}
