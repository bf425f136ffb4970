using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("conv_transpose", "transposed convolution over height and width, by which images grow")]
internal sealed record ConvTransposeOptions : LayerOptions
{
    [Key("filters", "number of output channels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Filters { get; init; }

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

    [Key("groups", "parts of the channels that are convolved apart")]
    [Range(1, 65536)]
    public int Groups { get; init; } = 1;

    [Key("activation", "function applied to the output")]
    public ActivationKind Activation { get; init; } = ActivationKind.Linear;

    [Key("bias", "whether a bias is added")]
    public bool Bias { get; init; } = true;

    [Key("init", "first values of the weights")]
    public InitOptions Init { get; init; } = new();
}
