using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("snapshots", "the weights of one training at the ends of its schedule's cycles")]
internal sealed record SnapshotsOptions : MembersOptions
{
    [Key("last", "how many of the last cycles; all is every one", IsPrimary = true)]
    [Range(2, 1000)]
    [Word("all")]
    public int? Last { get; init; }
}
