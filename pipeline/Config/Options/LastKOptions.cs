using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("last_k", "the mean of the last checkpoints' weights")]
internal sealed record LastKOptions : CandidateOptions
{
    [Key("k", "how many checkpoints", IsPrimary = true)]
    [Range(1, 10000)]
    public required int K { get; init; }
}
