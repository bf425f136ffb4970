using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("cyclic", "lines one after another, each from the whole rate to the floor")]
internal sealed record CyclicOptions : ScheduleOptions
{
    [Key("period", "length of a line", IsPrimary = true)]
    [Range(1, int.MaxValue)]
    public required int Period { get; init; }

    [Key("floor", "the lowest rate, as a share of the optimizer's")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; }

    [Key("unit", "what the length counts")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;
}
