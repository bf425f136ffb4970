namespace Anneal.Onnx.Kernels;

/// <summary>Runs work with the transforms of a tile size, and vectors of a width that this machine has.</summary>
internal static class WinogradSize<T>
    where T : unmanaged
{
    /// <summary>Runs work with the widest vectors up to a number of bits.</summary>
    /// <param name="work">The work.</param>
    /// <param name="outputs">Outputs of a tile along an axis: 2 or 4.</param>
    /// <param name="mostBits">The number of bits.</param>
    public static void Run<TWork>(TWork work, int outputs, int mostBits = int.MaxValue)
        where TWork : struct, IWinogradWork<T> => VectorWidth<T>.Run(new Sized<TWork>(work, outputs), mostBits);

    private readonly struct Sized<TWork>(TWork work, int outputs) : IVectorWork<T>
        where TWork : struct, IWinogradWork<T>
    {
        public void Run<TVector, TOps>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
        {
            if (outputs == 2)
            {
                work.Run<TVector, TOps, WinogradLine2<T, TVector, TOps>>();
            }
            else
            {
                work.Run<TVector, TOps, WinogradLine4<T, TVector, TOps>>();
            }
        }
    }
}
