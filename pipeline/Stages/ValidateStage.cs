using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Runs the exported file in ONNX Runtime over the whole test set and holds it against the trainer's answers and the gates.</summary>
internal sealed class ValidateStage : IStage
{
    public string Name => "validate";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("validate"),
        ["model"] = File.Exists(context.Folder.ModelPath) ? StageKey.OfFile(context.Folder.ModelPath) : "",
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File("validation.json"));

    public string Run(RunContext context)
    {
        Fit exported = context.Exported;
        string part = exported.JudgedPart;
        (IReadOnlyDictionary<string, Tensor> feeds, Tensor truth) = exported.Data.RawRows(part);
        ValidateOptions options = context.Options.Validate;
        var set = new ValidationSet(
            exported.Data.Target.Answers,
            feeds,
            exported.Judged.Outputs,
            truth)
        {
            Threshold = exported.Data.Target.Threshold,
            Metrics = exported.Data.Target.Metrics,
            LossMetric = exported.Data.Target.LossMetric,
            Batches = [.. options.BatchSizes.Select(b => b ?? 0)],
        };
        using OrtModel model = OrtModel.Open(context.Folder.ModelPath, new OrtOptions { Threads = context.Threads });
        ValidationReport report = Validator.Run(model, set, [.. Gates(context, part)]);
        context.Folder.Write("validation.json", report.ToJson() + "\n");
        GateResult[] breached = [.. report.Gates.Where(g => !g.Passed)];
        return FormattableString.Invariant($"{report.Rows} {part} rows in {report.Engine}: max |Δ| {report.MaxAbsDiff:0.0e+0}, {report.DecisionFlips ?? 0} flips, {report.Gates.Count - breached.Length} of {report.Gates.Count} gates passed");
    }

    private static IEnumerable<IGate> Gates(RunContext context, string part)
    {
        ValidateOptions options = context.Options.Validate;
        yield return new ParityGate(options.Parity.MaxAbs);
        if (context.Options.Task != TaskKind.Regression)
        {
            yield return new DecisionFlipsGate(options.Parity.DecisionFlips);
        }

        yield return new BatchInvarianceGate(options.Parity.MaxAbs);
        foreach ((string name, Bound bound) in options.Metric)
        {
            string metric = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
            Comparison comparison = ComparisonOf(bound.Operator);
            bool isRecomputed = name.StartsWith(part + ".", StringComparison.Ordinal) && (metric != Metrics.Loss || context.Exported.Data.Target.LossMetric is not null);
            yield return isRecomputed
                ? new MetricGate(name, metric, comparison, bound.Limit)
                : new RecordedMetricGate(name, context.Metrics[name[..name.IndexOf('.', StringComparison.Ordinal)]][metric], comparison, bound.Limit);
        }

        foreach (IGate gate in LatencyGates(options))
        {
            yield return gate;
        }
    }

    /// <summary>The gates on the time of a run.</summary>
    public static IEnumerable<IGate> LatencyGates(ValidateOptions options)
    {
        if (options.LatencyMs is { } latency)
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
    }

    /// <summary>The gate's comparison of a limit.</summary>
    public static Comparison ComparisonOf(BoundOperator bound) => bound switch
    {
        BoundOperator.Less => Comparison.Below,
        BoundOperator.LessOrEqual => Comparison.AtMost,
        BoundOperator.Greater => Comparison.Above,
        _ => Comparison.AtLeast,
    };
}
