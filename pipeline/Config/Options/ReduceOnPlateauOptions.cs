using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("reduce_on_plateau", "the rate is multiplied by a factor when a validation metric has stopped improving")]
internal sealed record ReduceOnPlateauOptions : ScheduleOptions
{
    [Key("metric", "the metric to watch, of the validation rows", IsPrimary = true)]
    public string Metric { get; init; } = "validation.loss";

    [Key("patience", "epochs without improvement before the rate falls")]
    [Range(1, int.MaxValue)]
    public int Patience { get; init; } = 5;

    [Key("factor", "multiplies the rate")]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double Factor { get; init; } = 0.1;

    [Key("min_delta", "the least change that counts as improvement")]
    [Range(0)]
    public double MinDelta { get; init; }

    [Key("mode", "whether less or more is better; auto knows it by the metric")]
    public Direction Mode { get; init; } = Direction.Auto;

    [Key("floor", "the lowest rate, as a share of the optimizer's")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; }
}
