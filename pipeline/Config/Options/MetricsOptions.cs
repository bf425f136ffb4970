using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record MetricsOptions
{
    [Key("best", "validation metric that picks the best epoch, where early_stopping names none, and the best of 'average'; auto is the accuracy of classes, else the loss")]
    [Word("auto")]
    public string? Best { get; init; }

    [Key("top_k", "adds the metric top_k: the share of rows whose class is among so many most probable ones; fewer than there are classes")]
    [Range(1, int.MaxValue)]
    [Word("none")]
    public int? TopK { get; init; }

    [Key("bins", "bins of the calibration error")]
    [Range(1, 1000)]
    public int Bins { get; init; } = 15;
}
