using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What the pools over windows share.</summary>
internal abstract record PoolOptions : LayerOptions
{
    [Key("size", "height and width of the window", IsPrimary = true)]
    [Range(1, 1024)]
    public required int Size { get; init; }

    [Key("stride", "elements from one window to the next; auto is the window's size")]
    [Range(1, 1024)]
    [Word("auto")]
    public int? Stride { get; init; }

    [Key("padding", "elements around the image that do not count")]
    [Range(0, 1024)]
    public int Padding { get; init; }
}
