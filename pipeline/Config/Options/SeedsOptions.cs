using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("seeds", "trainings on the same rows that differ in first weights, order and dropout")]
internal sealed record SeedsOptions : MembersOptions
{
    [Key("count", "how many; their seeds count up from the pipeline's", IsPrimary = true)]
    [Range(2, 1000)]
    public int Count { get; init; } = 5;
}
