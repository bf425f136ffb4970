using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("residual", "layers whose input is added to their output, through a projection where the shape changes")]
internal sealed record ResidualOptions : LayerOptions
{
    [Key("layers", "layers of the block", IsPrimary = true)]
    public required IReadOnlyList<LayerOptions> Layers { get; init; }

    [Key("activation", "function applied to the sum")]
    public ActivationKind Activation { get; init; } = ActivationKind.Linear;

    [Key("shortcut", "what the input passes through where the block changes the shape: projection is a convolution of window 1 with batch normalisation, pad takes every stride-th pixel with channels of zeros behind, identity refuses")]
    public ShortcutKind Shortcut { get; init; } = ShortcutKind.Projection;
}
