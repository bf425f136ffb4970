using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("one_cycle", "the rate rises once to the optimizer's and falls once, along half cosines")]
internal sealed record OneCycleOptions : ScheduleOptions
{
    [Key("rise", "share of the time in which it rises", IsPrimary = true)]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double Rise { get; init; } = 0.3;

    [Key("start", "the highest rate over the first")]
    [Range(1, ExcludesMin = true)]
    public double Start { get; init; } = 25;

    [Key("end", "the first rate over the last")]
    [Range(1)]
    public double End { get; init; } = 1e4;
}
