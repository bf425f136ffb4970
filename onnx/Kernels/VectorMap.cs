using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Y = f(X) by whole vectors, the last elements included, so that an element's bits do not depend on its place.</summary>
internal static class VectorMap
{
    /// <summary>The kernel of a node's only input and output.</summary>
    public static Kernel Kernel<T, TFunction>(KernelSpec spec, TFunction function)
        where T : unmanaged
        where TFunction : struct, IVectorFunction<T> => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) => Run(x, y, function));

    /// <summary>The kernel of a node's only input and output, by a function of double.</summary>
    public static Kernel InDouble<T, TFunction>(KernelSpec spec, TFunction function)
        where T : unmanaged
        where TFunction : struct, IVectorFunction<double> => Kernel<T, InDouble<T, TFunction>>(spec, new InDouble<T, TFunction>(function));

    /// <summary>y = f(x), which may be written over x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TFunction>(ReadOnlySpan<T> x, Span<T> y, TFunction function)
        where T : unmanaged
        where TFunction : struct, IVectorFunction<T>
    {
        ref T from = ref MemoryMarshal.GetReference(x);
        ref T to = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= x.Length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            function.Of(Vector512.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }

        if (i < x.Length)
        {
            Vector512<T> last = default;
            Span<T> spare = MemoryMarshal.CreateSpan(ref Unsafe.As<Vector512<T>, T>(ref last), Vector512<T>.Count);
            x[i..].CopyTo(spare);
            last = function.Of(last);
            spare[..(x.Length - i)].CopyTo(y[i..]);
        }
    }
}
