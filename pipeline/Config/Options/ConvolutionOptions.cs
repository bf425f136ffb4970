using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What the convolutions share but for their windows.</summary>
internal abstract record ConvolutionOptions : LayerOptions
{
    [Key("filters", "number of output channels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Filters { get; init; }

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
