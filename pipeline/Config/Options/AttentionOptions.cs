using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("attention", "multi-head self attention over time, of [N, time, features]")]
internal sealed record AttentionOptions : LayerOptions
{
    [Key("heads", "number of heads, which divides the features", IsPrimary = true)]
    [Range(1, 1024)]
    public required int Heads { get; init; }

    [Key("dropout", "fraction of the attention's weights that is dropped in training")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }
}
