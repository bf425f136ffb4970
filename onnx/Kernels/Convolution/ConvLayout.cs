namespace Anneal.Onnx.Kernels;

/// <summary>The sizes of a convolution.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Channels">Input channels in a group.</param>
/// <param name="Filters">Output channels in a group.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="X">The horizontal axis.</param>
internal sealed record ConvLayout(int Batch, int Groups, int Channels, int Filters, WindowAxis Y, WindowAxis X);
