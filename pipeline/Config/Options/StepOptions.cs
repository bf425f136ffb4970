using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("step", "the rate is multiplied by a factor at a fixed interval")]
internal sealed record StepOptions : ScheduleOptions
{
    [Key("every", "length of the interval", IsPrimary = true)]
    [Range(1, int.MaxValue)]
    public required int Every { get; init; }

    [Key("unit", "what the interval counts")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;

    [Key("factor", "multiplies the rate after each interval")]
    [Range(0, 1, ExcludesMin = true)]
    public double Factor { get; init; } = 0.1;
}
