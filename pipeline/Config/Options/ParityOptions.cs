using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ParityOptions
{
    [Key("max_abs", "largest absolute difference of any output", IsPrimary = true)]
    [Range(0)]
    public double MaxAbs { get; init; } = 1e-5;

    [Key("decision_flips", "rows that may be decided otherwise")]
    [Range(0, int.MaxValue)]
    public int DecisionFlips { get; init; }
}
