using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Anneal.Onnx.Kernels;

/// <summary>The register blocks of the widest instruction set this machine has.</summary>
internal static unsafe class MicroKernelTable<T>
    where T : unmanaged
{
    private static readonly nint[] s_kernels = Build();

    /// <summary>Elements in a vector.</summary>
    public static int Width { get; } = Bits / (8 * sizeof(T));

    /// <summary>Rows of the largest block: as many sums as the registers hold.</summary>
    public static int Rows { get; } = Bits == 512 || AdvSimd.IsSupported ? 8 : 4;

    /// <summary>Columns of the largest block, in vectors.</summary>
    public static int Columns { get; } = Bits > 128 || AdvSimd.IsSupported ? 3 : 2;

    /// <summary>Width in bits of the vectors in use.</summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>The kernel of the given block: see <c>MicroKernel.Run</c>.</summary>
    public static delegate*<nint, T*, nint, nint, T*, nint, T*, T*, nint, bool, void> Get(int rows, int columns, bool pack) =>
        (delegate*<nint, T*, nint, nint, T*, nint, T*, T*, nint, bool, void>)s_kernels[((((rows - 1) * 3) + columns - 1) * 2) + (pack ? 1 : 0)];

    private static nint[] Build() => Bits switch
    {
        512 => Build<Vector512<T>, Ops512<T>>(),
        256 => Build<Vector256<T>, Ops256<T>>(),
        _ => Build<Vector128<T>, Ops128<T>>(),
    };

    private static nint[] Build<TVector, TOps>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T> =>
    [
        .. Row<TVector, TOps, Count1>(), .. Row<TVector, TOps, Count2>(), .. Row<TVector, TOps, Count3>(), .. Row<TVector, TOps, Count4>(),
        .. Row<TVector, TOps, Count5>(), .. Row<TVector, TOps, Count6>(), .. Row<TVector, TOps, Count7>(), .. Row<TVector, TOps, Count8>(),
    ];

    private static nint[] Row<TVector, TOps, TRows>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TRows : ICount =>
    [
        Kernel<TVector, TOps, TRows, Count1, Count0>(), Kernel<TVector, TOps, TRows, Count1, Count1>(),
        Kernel<TVector, TOps, TRows, Count2, Count0>(), Kernel<TVector, TOps, TRows, Count2, Count1>(),
        Kernel<TVector, TOps, TRows, Count3, Count0>(), Kernel<TVector, TOps, TRows, Count3, Count1>(),
    ];

    private static nint Kernel<TVector, TOps, TRows, TColumns, TPack>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TRows : ICount
        where TColumns : ICount
        where TPack : ICount
    {
        delegate*<nint, T*, nint, nint, T*, nint, T*, T*, nint, bool, void> kernel = &MicroKernel<T, TVector, TOps, TRows, TColumns, TPack>.Run;
        return (nint)kernel;
    }
}
