using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("layers", "layers in order; the last one's output is the prediction")]
[Bare]
internal sealed record LayersOptions : ModelOptions
{
    [Key("layers", "layers in order; the last one's output is the prediction")]
    public required IReadOnlyList<LayerOptions> Layers { get; init; }

    internal override IReadOnlyList<LayerOptions> Expand() => Layers;
}
