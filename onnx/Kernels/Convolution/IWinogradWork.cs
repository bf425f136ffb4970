namespace Anneal.Onnx.Kernels;

/// <summary>Work that is written once for all vector widths and tile sizes: see <see cref="WinogradSize{T}"/>.</summary>
internal interface IWinogradWork<T>
    where T : unmanaged
{
    /// <summary>Does the work with vectors of one width and the transforms of one tile size.</summary>
    void Run<TVector, TOps, TLine>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>;
}
