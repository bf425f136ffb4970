using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ValidateOptions
{
    [Key("structure", "the file passes the checker and holds ONNX's own ops only")]
    public bool Structure { get; init; } = true;

    [Key("parity", "how far ONNX Runtime may be from the trainer")]
    public ParityOptions Parity { get; init; } = new();

    [Key("metric", "limits on metrics, by part.name: {test.accuracy: \">= 0.9\"}")]
    public IReadOnlyDictionary<string, Bound> Metric { get; init; } = new OrderedDictionary<string, Bound>();

    [Key("per_class", "limits that every class or label must meet, on f1, precision or recall: {recall: \">= 0.7\"}")]
    public IReadOnlyDictionary<string, Bound> PerClass { get; init; } = new OrderedDictionary<string, Bound>();

    [Key("latency_ms", "limits on the time of one call in ONNX Runtime, in ms; a list for several batch sizes")]
    public IReadOnlyList<LatencyOptions> LatencyMs { get; init; } = [];

    [Key("throughput", "limits on rows a second in ONNX Runtime; a list for several batch sizes")]
    public IReadOnlyList<ThroughputOptions> Throughput { get; init; } = [];

    [Key("size_mb", "limits on the file and on the memory of a process that runs it")]
    public ModelSizeOptions? SizeMb { get; init; }

    [Key("determinism", "the same answers when asked again and, within 'parity', on any number of threads")]
    public bool Determinism { get; init; } = true;

    [Key("provider", "every node runs on the device that was asked for")]
    public bool Provider { get; init; } = true;

    [Key("robustness", "a defined answer or a clear error for what no training row had: NaN, infinity, empty and unknown texts, wrong shapes")]
    public bool Robustness { get; init; }

    [Key("batch_sizes", "batch sizes the test set is run at: all of it at the largest, 1,000 rows at the others")]
    [Range(1, int.MaxValue)]
    [Word("all")]
    public IReadOnlyList<int?> BatchSizes { get; init; } = [1, 7, 64, null];
}
