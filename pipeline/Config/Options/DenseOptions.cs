using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("dense", "fully connected layer: activation(x W + b)")]
internal sealed record DenseOptions : LayerOptions
{
    [Key("units", "width of the output; auto is the number of classes, or 1 in regression", IsPrimary = true)]
    [Range(1, 65536)]
    [Word("auto")]
    public required int? Units { get; init; }

    [Key("activation", "function applied to the output")]
    public ActivationKind Activation { get; init; } = ActivationKind.Linear;

    [Key("bias", "whether a bias is added")]
    public bool Bias { get; init; } = true;

    [Key("init", "first values of the weights")]
    public InitOptions Init { get; init; } = new();
}
