using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("images", "image files in class folders; the folders' names are the classes")]
internal sealed record ImagesOptions : SourceOptions
{
    [Key("path", "a folder or a .zip", IsFile = true, MayBeFolder = true, IsPrimary = true)]
    public required string Path { get; init; }

    [Key("folder", "the folder of the class folders within it, such as cifar10/train; empty for the top", IsPlace = true)]
    public string Folder { get; init; } = "";

    [Key("channels", "what pixels become; rgb when left out")]
    public ChannelsKind? Channels { get; init; }

    [Key("size", "[height, width] that every image is stretched to, in pixels; auto demands that all have the first one's")]
    [Range(1, 65536)]
    [Word("auto")]
    public IReadOnlyList<int>? Size { get; init; }

    [Key("on_error", "what an image does that cannot be decoded or has another size: fail ends the run, skip leaves the image out with a warning")]
    public BadImageKind OnError { get; init; } = BadImageKind.Fail;
}
