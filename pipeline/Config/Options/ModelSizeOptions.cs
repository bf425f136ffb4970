using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ModelSizeOptions
{
    [Key("file", "limit on the file, in MB of 10⁶ bytes", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double? File { get; init; }

    [Key("memory", "limit on the memory that opening the file and answering one batch take, the largest number among 'batch_sizes', in MB")]
    [Range(0, ExcludesMin = true)]
    public double? Memory { get; init; }
}
