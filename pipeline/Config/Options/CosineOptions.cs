using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("cosine", "the rate falls along half a cosine until the run's last step")]
internal sealed record CosineOptions : ScheduleOptions
{
    [Key("warmup", "steps in which the rate rises to the optimizer's; fewer than the run or phase has", IsPrimary = true)]
    [Range(0, int.MaxValue)]
    public override int Warmup { get; init; }

    [Key("floor", "the lowest rate, as a share of the optimizer's")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; }

    [Key("unit", "how often the rate changes")]
    public StepUnit Unit { get; init; } = StepUnit.Step;
}
