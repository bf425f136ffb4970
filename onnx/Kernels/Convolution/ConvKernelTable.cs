using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The register blocks of convolutions for the widest instruction set this machine has.</summary>
internal static unsafe class ConvKernelTable<T>
    where T : unmanaged
{
    private static readonly (nint Tap, nint Strip)[] s_kernels = MicroKernelTable<T>.Bits switch
    {
        512 => Build<Vector512<T>, Ops512<T>>(),
        256 => Build<Vector256<T>, Ops256<T>>(),
        _ => Build<Vector128<T>, Ops128<T>>(),
    };

    /// <summary>The block of a convolution: see <c>TapKernel.Run</c>.</summary>
    public static delegate*<nint, T*, nint, nint*, T*, T*, T*, T*, nint, bool, void> Tap(int rows, int columns) =>
        (delegate*<nint, T*, nint, nint*, T*, T*, T*, T*, nint, bool, void>)s_kernels[((rows - 1) * 3) + columns - 1].Tap;

    /// <summary>The block of a weight gradient: see <c>StripKernel.Run</c>.</summary>
    public static delegate*<nint, nint, T*, nint, nint, T*, nint, T*, nint, bool, void> Strip(int rows, int columns) =>
        (delegate*<nint, nint, T*, nint, nint, T*, nint, T*, nint, bool, void>)s_kernels[((rows - 1) * 3) + columns - 1].Strip;

    private static (nint Tap, nint Strip)[] Build<TVector, TOps>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T> =>
    [
        .. Row<TVector, TOps, Count1>(), .. Row<TVector, TOps, Count2>(), .. Row<TVector, TOps, Count3>(), .. Row<TVector, TOps, Count4>(),
        .. Row<TVector, TOps, Count5>(), .. Row<TVector, TOps, Count6>(), .. Row<TVector, TOps, Count7>(), .. Row<TVector, TOps, Count8>(),
    ];

    private static (nint Tap, nint Strip)[] Row<TVector, TOps, TRows>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TRows : ICount =>
        [Pair<TVector, TOps, TRows, Count1>(), Pair<TVector, TOps, TRows, Count2>(), Pair<TVector, TOps, TRows, Count3>()];

    private static (nint Tap, nint Strip) Pair<TVector, TOps, TRows, TColumns>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TRows : ICount
        where TColumns : ICount
    {
        delegate*<nint, T*, nint, nint*, T*, T*, T*, T*, nint, bool, void> tap = &TapKernel<T, TVector, TOps, TRows, TColumns>.Run;
        delegate*<nint, nint, T*, nint, nint, T*, nint, T*, nint, bool, void> strip = &StripKernel<T, TVector, TOps, TRows, TColumns>.Run;
        return ((nint)tap, (nint)strip);
    }
}
