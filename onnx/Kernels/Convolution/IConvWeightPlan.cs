using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>dW[g·M + i, channel, tap] = Σ over images and grid of dY[n, g·M + i, …] · X[n, g·C + channel, … + offset of the tap].</summary>
/// <remarks>
/// Images are summed in chunks whose number follows from the shape; the chunks' sums are added in order. So results are bit-identical for
/// any number of threads. A run allocates nothing.
/// </remarks>
internal unsafe interface IConvWeightPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The scratch memory of a run, in bytes.</summary>
    long ScratchBytes { get; }

    /// <summary>Plans the gradient of the weights of a convolution by the method that computes its sizes fastest.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="filters">Output channels in a group.</param>
    /// <param name="channels">Input channels in a group.</param>
    /// <param name="y">The vertical axis, forwards.</param>
    /// <param name="x">The horizontal axis, forwards.</param>
    /// <returns>The plan.</returns>
    static IConvWeightPlan<T> Plan(int batch, int groups, int filters, int channels, TapAxis y, TapAxis x)
    {
        int outputs = WinogradWeightPlan<T>.Outputs(batch, groups, filters, channels, y, x);
        return outputs > 0 ? new WinogradWeightPlan<T>(outputs, batch, groups, filters, channels, y, x)
            : FewChannelWeightPlan<T>.Suits(batch, filters, channels, y, x) ? new FewChannelWeightPlan<T>(batch, groups, filters, channels, y, x)
            : new ConvWeightPlan<T>(batch, groups, filters, channels, y, x);
    }

    /// <summary>Computes the gradient.</summary>
    /// <param name="team">Threads to run on.</param>
    /// <param name="image">X, [batch, groups·channels, …].</param>
    /// <param name="dY">[batch, groups·filters, …].</param>
    /// <param name="dW">[groups·filters, channels, taps], overwritten.</param>
    /// <param name="partial">Memory of <see cref="ScratchBytes"/>.</param>
    void Run(Team team, T* image, T* dY, T* dW, T* partial);
}
