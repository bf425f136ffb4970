using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("transformer", "a transformer's encoder over [N, time, features]: embedding, positions, blocks, mean over time, and an output layer as wide as the task needs")]
internal sealed record TransformerOptions : ModelOptions
{
    [Key("width", "features of each time step inside")]
    [Range(1, 65536)]
    public int Width { get; init; } = 64;

    [Key("layers", "number of blocks")]
    [Range(1, 1024)]
    public int Layers { get; init; } = 2;

    [Key("heads", "number of heads, which divides the width")]
    [Range(1, 1024)]
    public int Heads { get; init; } = 4;

    [Key("feed_forward", "width of each block's hidden layer")]
    [Range(1, 65536)]
    public int FeedForward { get; init; } = 128;

    [Key("dropout", "fraction dropped in training, as in transformer_encoder")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }

    internal override IReadOnlyList<LayerOptions> Expand() =>
    [
        new DenseOptions { Units = Width },
        new PositionsOptions(),
        .. Enumerable.Repeat(new TransformerEncoderOptions { Heads = Heads, FeedForward = FeedForward, Dropout = Dropout }, Layers),
        new LayerNormOptions(),
        new MeanOverTimeOptions(),
        new DenseOptions { Units = null },
    ];
}
