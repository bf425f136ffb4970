namespace Anneal.Onnx.Kernels;

/// <summary>Work that is written once for all vector widths: see <see cref="VectorWidth{T}"/>.</summary>
internal interface IVectorWork<T>
    where T : unmanaged
{
    /// <summary>Does the work with vectors of one width.</summary>
    void Run<TVector, TOps>()
        where TVector : struct
        where TOps : IVectorOps<TVector, T>;
}
