using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("conv_transpose", "transposed convolution over height and width, by which images grow")]
internal sealed record ConvTransposeOptions : ConvolutionOptions
{
    [Key("kernel", "height and width of the window")]
    [Range(1, 1024)]
    public int Kernel { get; init; } = 2;

    [Key("stride", "elements of the output from one window to the next")]
    [Range(1, 1024)]
    public int Stride { get; init; } = 2;

    [Key("padding", "elements cut off around the output; same gives the input's size times the stride")]
    [Range(0, 1024)]
    [Word("same")]
    public int? Padding { get; init; }
}
