using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record EarlyStoppingOptions
{
    [Key("metric", "the metric to watch, as part.name", IsPrimary = true)]
    public string Metric { get; init; } = "validation.loss";

    [Key("patience", "epochs without improvement before training ends")]
    [Range(1, int.MaxValue)]
    public int Patience { get; init; } = 10;

    [Key("min_delta", "the least change that counts as improvement")]
    [Range(0)]
    public double MinDelta { get; init; }

    [Key("mode", "whether less or more is better; auto knows it by the metric")]
    public Direction Mode { get; init; } = Direction.Auto;
}
