using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("dense", "fully connected layer: activation(x W + b)")]
internal sealed record DenseOptions : LayerOptions
{
    [Key("units", "width of the output; auto is as many as the task has answers: classes, labels or numbers, 1 for two classes", IsPrimary = true)]
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
