namespace Anneal.Onnx.Kernels;

/// <summary>One spatial axis of a sliding window, all sizes known.</summary>
/// <param name="Input">Elements of the input.</param>
/// <param name="Output">Window positions.</param>
/// <param name="Kernel">Elements of the window.</param>
/// <param name="Stride">Input elements from one position to the next.</param>
/// <param name="Dilation">Input elements from one window element to the next.</param>
/// <param name="Begin">Padding before the first input element.</param>
internal readonly record struct WindowAxis(int Input, int Output, int Kernel, int Stride, int Dilation, int Begin)
{
    /// <summary>The axis that a one-dimensional window lacks.</summary>
    public static WindowAxis Single { get; } = new(1, 1, 1, 1, 1, 0);
}
