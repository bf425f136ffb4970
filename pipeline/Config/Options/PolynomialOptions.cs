using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("polynomial", "the rate falls to the floor along a power of the time that is left")]
internal sealed record PolynomialOptions : ScheduleOptions
{
    [Key("power", "the power; 1 is a line", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Power { get; init; } = 1;

    [Key("floor", "the lowest rate, as a share of the optimizer's")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; }

    [Key("unit", "how often the rate changes")]
    public StepUnit Unit { get; init; } = StepUnit.Step;
}
