using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("npy", "NumPy's .npy files")]
internal sealed record NpyOptions : SourceOptions
{
    [Key("features", "file of the inputs, one item a row", IsFile = true)]
    public required string Features { get; init; }

    [Key("labels", "file of the labels, one number a row", IsFile = true)]
    public required string Labels { get; init; }
}
