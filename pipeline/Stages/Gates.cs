using Anneal.Onnx.Formats;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Serving.Validation;

namespace Anneal.Pipeline.Stages;

/// <summary>The gates that a configuration asks for.</summary>
internal static class Gates
{
    /// <summary>Those that need nothing but the file and rows.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="metadata">The file's, which may hold golden rows.</param>
    public static IEnumerable<IGate> OfFile(ValidateOptions options, IReadOnlyDictionary<string, string> metadata)
    {
        if (options.Structure)
        {
            yield return new StructureGate();
        }

        yield return new BatchInvarianceGate(options.Parity.MaxAbs);
        if (options.Determinism)
        {
            yield return new RepeatGate();
            yield return new ThreadsGate(options.Parity.MaxAbs);
        }

        if (options.Provider)
        {
            yield return new ProviderGate();
        }

        if (GoldenRows.Find(metadata) is { } golden)
        {
            yield return new GoldenRowsGate(golden, options.Parity.MaxAbs);
        }

        if (options.Robustness)
        {
            yield return new RobustnessGate();
        }

        foreach (LatencyOptions latency in options.LatencyMs)
        {
            if (latency.P50 is { } p50)
            {
                yield return new LatencyGate(latency.Batch, 50, p50);
            }

            if (latency.P99 is { } p99)
            {
                yield return new LatencyGate(latency.Batch, 99, p99);
            }
        }

        foreach (ThroughputOptions throughput in options.Throughput)
        {
            yield return new ThroughputGate(throughput.Batch, throughput.RowsPerS);
        }

        if (options.SizeMb?.File is { } file)
        {
            yield return new FileSizeGate(file);
        }

        if (options.SizeMb?.Memory is { } memory)
        {
            yield return new MemoryGate(memory);
        }
    }

    /// <summary>Those that need the truth of each class.</summary>
    public static IEnumerable<IGate> OfClasses(ValidateOptions options) =>
        options.PerClass.Select(c => new PerClassGate(c.Key, ComparisonOf(c.Value.Operator), c.Value.Limit));

    /// <summary>The gate's comparison of a limit.</summary>
    public static Comparison ComparisonOf(BoundOperator bound) => bound switch
    {
        BoundOperator.Less => Comparison.Below,
        BoundOperator.LessOrEqual => Comparison.AtMost,
        BoundOperator.Greater => Comparison.Above,
        _ => Comparison.AtLeast,
    };
}
