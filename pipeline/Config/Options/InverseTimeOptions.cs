using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("inverse_time", "the rate over 1 + decay times the units that are over")]
internal sealed record InverseTimeOptions : ScheduleOptions
{
    [Key("decay", "the decay", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public required double Decay { get; init; }

    [Key("unit", "what time counts")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;
}
