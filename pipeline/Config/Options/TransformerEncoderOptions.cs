using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("transformer_encoder", "attention and a feed-forward part over [N, time, features], each normalised first and added to its input")]
internal sealed record TransformerEncoderOptions : LayerOptions
{
    [Key("heads", "number of heads, which divides the features")]
    [Range(1, 1024)]
    public required int Heads { get; init; }

    [Key("feed_forward", "width of the feed-forward part's hidden layer")]
    [Range(1, 65536)]
    public required int FeedForward { get; init; }

    [Key("dropout", "fraction dropped in training of the attention's weights, the hidden layer and both parts' outputs")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }
}
