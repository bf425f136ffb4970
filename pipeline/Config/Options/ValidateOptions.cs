using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ValidateOptions
{
    [Key("parity", "how far ONNX Runtime may be from the trainer")]
    public ParityOptions Parity { get; init; } = new();

    [Key("metric", "limits on metrics, by part.name: {test.accuracy: \">= 0.9\"}")]
    public IReadOnlyDictionary<string, Bound> Metric { get; init; } = new OrderedDictionary<string, Bound>();

    [Key("latency_ms", "limits on the time of one call in ONNX Runtime, in ms")]
    public LatencyOptions? LatencyMs { get; init; }

    [Key("batch_sizes", "batch sizes the whole test set is run at")]
    [Range(1, int.MaxValue)]
    [Word("all")]
    public IReadOnlyList<int?> BatchSizes { get; init; } = [1, 7, 64, null];
}
