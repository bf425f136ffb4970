using System.Globalization;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Runs the exported file in ONNX Runtime over the whole test set and holds it against the trainer's answers and the gates.</summary>
internal sealed class ValidateStage : IStage
{
    private const int RowsLookedAt = 4;

    public string Name => "validate";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("validate"),
        ["model"] = StageKey.OfModel(context.Folder.ModelPath),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File("validation.json"));

    public string Run(RunContext context)
    {
        Fit exported = context.Exported;
        string part = exported.JudgedPart;
        using OrtModel model = OrtModel.Open(context.Folder.ModelPath, new OrtOptions { Threads = context.Threads });
        double temperature = model.Metadata.TryGetValue(ExportStage.TemperatureKey, out string? text) ? double.Parse(text, CultureInfo.InvariantCulture) : 1;
        ValidationSet set = exported.SetOf(part) with
        {
            Reference = exported.JudgedAnswers(temperature),
            Batches = [.. context.Options.Validate.BatchSizes.Select(b => b ?? 0)],
        };
        ValidationReport report = Validator.Run(model, set, [.. Gates(context, part, model.Metadata)]);
        if (Diverging(context, model, set, report) is { } divergence)
        {
            context.Warn(divergence.Found);
            report = report with { Divergence = divergence };
        }

        context.Folder.Write("validation.json", report.ToJson() + "\n");
        GateResult[] breached = [.. report.Gates.Where(g => !g.Passed)];
        return FormattableString.Invariant($"{report.Rows} {part} rows in {report.Engine}: max |Δ| {report.MaxAbsDiff:0.0e+0}, {report.DecisionFlips ?? 0} flips, {report.Gates.Count - breached.Length} of {report.Gates.Count} gates passed");
    }

    private static IEnumerable<IGate> Gates(RunContext context, string part, IReadOnlyDictionary<string, string> metadata)
    {
        ValidateOptions options = context.Options.Validate;
        yield return new ParityGate(options.Parity.MaxAbs);
        if (context.Options.Task != TaskKind.Regression)
        {
            yield return new DecisionFlipsGate(options.Parity.DecisionFlips);
        }

        foreach (IGate gate in Stages.Gates.OfFile(options, metadata))
        {
            yield return gate;
        }

        foreach ((string name, Bound bound) in options.Metric)
        {
            string metric = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
            Comparison comparison = Stages.Gates.ComparisonOf(bound.Operator);
            bool isRecomputed = name.StartsWith(part + ".", StringComparison.Ordinal) && (metric != Metrics.Loss || context.Exported.Data.Target.LossMetric is not null);
            yield return isRecomputed
                ? new MetricGate(name, metric, comparison, bound.Limit)
                : new RecordedMetricGate(name, context.Metrics[name[..name.IndexOf('.', StringComparison.Ordinal)]][metric], comparison, bound.Limit);
        }

        foreach (IGate gate in Stages.Gates.OfClasses(options))
        {
            yield return gate;
        }
    }

    // A breach of parity without a place to look at is of little use.
    private static Divergence? Diverging(RunContext context, OrtModel model, ValidationSet set, ValidationReport report)
    {
        if (report.Gates.All(g => g.Passed || !g.Name.StartsWith("parity.", StringComparison.Ordinal)))
        {
            return null;
        }

        int[] rows = [.. report.Flips.Select(f => f.Row).Append(report.WorstRow ?? 0).Distinct().Take(RowsLookedAt)];
        using var reference = new SimdRunner(context.Threads);
        return DivergenceSearch.Run(model, reference, set.FeedsOf(rows), context.Options.Validate.Parity.MaxAbs, context.Folder.File("repro"));
    }
}
