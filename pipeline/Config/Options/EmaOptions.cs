using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("ema", "the exponential moving average of the weights over all steps")]
internal sealed record EmaOptions : CandidateOptions
{
    [Key("decay", "the share of the average that a step keeps", IsPrimary = true)]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double Decay { get; init; } = 0.999;
}
