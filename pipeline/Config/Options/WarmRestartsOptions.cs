using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("warm_restarts", "cosines one after another, each from the whole rate to the floor")]
internal sealed record WarmRestartsOptions : ScheduleOptions
{
    [Key("period", "length of the first", IsPrimary = true)]
    [Range(1, int.MaxValue)]
    public required int Period { get; init; }

    [Key("growth", "what a length is multiplied by to give the next")]
    [Range(1, 1000)]
    public double Growth { get; init; } = 1;

    [Key("floor", "the lowest rate, as a share of the optimizer's")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; }

    [Key("unit", "what a length counts")]
    public StepUnit Unit { get; init; } = StepUnit.Epoch;
}
