namespace Anneal.Onnx.Kernels;

/// <summary>One axis of a product over taps: target[origin + spacing·g] sums source[step·g + offset] over the taps' offsets.</summary>
/// <param name="Source">Elements of the source; those outside are zero.</param>
/// <param name="Grid">Values that g takes.</param>
/// <param name="Step">Source elements from one g to the next.</param>
/// <param name="Offsets">The offset of each tap.</param>
/// <param name="Taps">The index of each tap in the window.</param>
/// <param name="Target">Elements of the target.</param>
/// <param name="Origin">The target element of g = 0.</param>
/// <param name="Spacing">Target elements from one g to the next.</param>
internal sealed record TapAxis(int Source, int Grid, int Step, int[] Offsets, int[] Taps, int Target, int Origin, int Spacing)
{
    /// <summary>The smallest offset.</summary>
    public int Least { get; } = Offsets.DefaultIfEmpty(0).Min();

    /// <summary>The distance of the largest offset from the smallest.</summary>
    public int Reach { get; } = Offsets.DefaultIfEmpty(0).Max() - Offsets.DefaultIfEmpty(0).Min();

    /// <summary>Whether the grid is the whole target.</summary>
    public bool IsDense => Grid == Target && Origin == 0 && Spacing == 1;

    /// <summary>The window's outputs as sums over its inputs.</summary>
    public static TapAxis Forward(WindowAxis a)
    {
        int[] taps = [.. Enumerable.Range(0, a.Kernel)];
        return new TapAxis(a.Input, a.Output, a.Stride, [.. taps.Select(k => (k * a.Dilation) - a.Begin)], taps, a.Output, 0, 1);
    }

    /// <summary>The window's inputs as sums over its outputs: one axis for each residue of the position by the stride, as each has taps of its own.</summary>
    public static IEnumerable<TapAxis> Backward(WindowAxis a)
    {
        for (int phase = 0; phase < Math.Min(a.Stride, a.Input); phase++)
        {
            int[] taps = [.. Enumerable.Range(0, a.Kernel).Where(k => (phase + a.Begin - (k * a.Dilation)) % a.Stride == 0)];
            int grid = ((a.Input - phase - 1) / a.Stride) + 1;
            yield return new TapAxis(
                a.Output, grid, 1, [.. taps.Select(k => (phase + a.Begin - (k * a.Dilation)) / a.Stride)], taps, a.Input, phase, a.Stride);
        }
    }
}
