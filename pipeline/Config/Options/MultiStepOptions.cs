using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("multi_step", "the rate is multiplied by a factor at each of some moments")]
internal sealed record MultiStepOptions : ScheduleOptions
{
    [Key("at", "the moments, rising", IsPrimary = true)]
    [Range(1, int.MaxValue)]
    public required IReadOnlyList<int> At { get; init; }

    [Key("unit", "what the moments count")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;

    [Key("factor", "multiplies the rate at each")]
    [Range(0, 1, ExcludesMin = true)]
    public double Factor { get; init; } = 0.1;
}
