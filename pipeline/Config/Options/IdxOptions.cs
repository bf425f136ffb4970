using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("idx", "IDX files, as MNIST's; raw or .gz")]
internal sealed record IdxOptions : SourceOptions
{
    [Key("features", "file of the inputs, one item a row", IsFile = true)]
    public required string Features { get; init; }

    [Key("labels", "file of the labels, one number a row", IsFile = true)]
    public required string Labels { get; init; }
}
