using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>target[n, g·M + i, …] = epilogue(Σ over channels and taps of a[g, i, channel, tap] · source[n, g·C + channel, … + offset of the tap]).</summary>
/// <remarks>The work is divided by shape alone, so results are bit-identical for any number of threads. A run allocates nothing.</remarks>
internal unsafe interface ITapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The scratch memory of a run, in bytes; 0 for none.</summary>
    long ScratchBytes { get; }

    /// <summary>Plans a product by the method that computes its sizes fastest.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="groups">Groups: each has rows and channels of its own.</param>
    /// <param name="rows">Target channels in a group.</param>
    /// <param name="channels">Source channels in a group.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <returns>The product.</returns>
    static ITapProduct<T> Plan(int batch, int groups, int rows, int channels, TapAxis y, TapAxis x)
    {
        int outputs = WinogradProduct<T>.Outputs(batch, groups, rows, channels, y, x);
        return outputs > 0 ? new WinogradProduct<T>(outputs, batch, groups, rows, channels, y, x)
            : FewChannelProduct<T>.Suits(batch, rows, channels, y, x) ? new FewChannelProduct<T>(batch, groups, rows, channels, y, x)
            : new TapProduct<T>(batch, groups, rows, channels, y, x);
    }

    /// <summary>Computes the product.</summary>
    /// <param name="team">Threads to run on.</param>
    /// <param name="a">[groups, rows, channels, taps].</param>
    /// <param name="source">[batch, groups·channels, …].</param>
    /// <param name="target">[batch, groups·rows, …]: the elements on the grid are overwritten.</param>
    /// <param name="scratch">Memory of <see cref="ScratchBytes"/>.</param>
    /// <param name="epilogue">What is done to each tile: its rows are target channels, its columns have no meaning.</param>
    void Run(Team team, T* a, T* source, T* target, T* scratch, in GemmEpilogue<T> epilogue);
}
