using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("residual", "layers whose input is added to their output, through a projection where the shape changes")]
internal sealed record ResidualOptions : LayerOptions
{
    [Key("layers", "layers of the block", IsPrimary = true)]
    public required IReadOnlyList<LayerOptions> Layers { get; init; }

    [Key("activation", "function applied to the sum")]
    public ActivationKind Activation { get; init; } = ActivationKind.Linear;
}
