using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("conv", "convolution over height and width: activation(x * W + b)")]
internal sealed record ConvOptions : ConvolutionOptions
{
    [Key("kernel", "height and width of the window")]
    [Range(1, 1024)]
    public int Kernel { get; init; } = 3;

    [Key("stride", "elements from one window to the next")]
    [Range(1, 1024)]
    public int Stride { get; init; } = 1;

    [Key("padding", "zeros around the image; same keeps the size, divided by the stride; 0 takes windows inside the image only")]
    [Range(0, 1024)]
    [Word("same")]
    public int? Padding { get; init; }
}
