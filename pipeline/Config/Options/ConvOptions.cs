using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("conv", "convolution over height and width: activation(x * W + b)")]
internal sealed record ConvOptions : LayerOptions
{
    [Key("filters", "number of output channels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Filters { get; init; }

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
