using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("exponential", "the rate is multiplied by a factor in every unit")]
internal sealed record ExponentialOptions : ScheduleOptions
{
    [Key("factor", "multiplies the rate", IsPrimary = true)]
    [Range(0, 1, ExcludesMin = true)]
    public required double Factor { get; init; }

    [Key("unit", "how often")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;
}
