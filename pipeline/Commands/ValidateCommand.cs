using System.CommandLine;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Commands;

internal sealed class ValidateCommand : AnnealCommand
{
    private const string TestPart = "test.";

    private readonly Argument<string> _model = new("MODEL") { Description = "An exported ONNX file; the run that it lies in gives gates and, unless others are named, test files." };
    private readonly Option<string?> _features = new("--features") { Description = "Rows to validate on: IDX or npy, raw or gzipped.", HelpName = "FILE" };
    private readonly Option<string?> _labels = new("--labels") { Description = "Their labels: a file of the same kind.", HelpName = "FILE" };
    private readonly Option<string?> _csv = new("--csv") { Description = "Rows to validate on, with their labels: a table like the one trained on.", HelpName = "FILE" };
    private readonly Option<string[]> _metrics = new("--metric")
    {
        Description = "A gate on a metric, beside the run's own; may be given again.",
        HelpName = "accuracy>=0.9",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _data = new("--data") { Description = "Rows without labels, in any format that predict reads: compares what the model answers; see --against and --engines.", HelpName = "FILE" };
    private readonly Option<string?> _against = new("--against") { Description = "Another ONNX file that answers the same rows.", HelpName = "MODEL" };
    private readonly Option<string?> _engines = new("--engines") { Description = "Two engines that answer the same rows: simd, ort, cuda.", HelpName = "simd,ort" };
    private readonly Option<double?> _maxAbs = new("--max-abs") { Description = "The largest difference of an answer; 1e-4 between engines, 1e-5 between batch sizes, none between files.", HelpName = "X" };
    private readonly Option<int?> _maxFlips = new("--max-flips") { Description = "How many rows may be decided otherwise; 0 but between files, where there is no limit.", HelpName = "N" };
    private readonly Option<int?> _maxNonFinite = new("--max-non-finite") { Description = "How many rows may be answered with NaN or infinity; 0 when left out.", HelpName = "N" };
    private readonly Option<string[]> _drift = new("--drift")
    {
        Description = $"The largest drift of a column from the training rows, by measure: {string.Join(", ", DriftMeasure.ByName.Keys)}; may be given again.",
        HelpName = "psi<=0.25",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _show = CommonOptions.Positive("--show", "Rows that differ to name; 20 when left out.", 100_000);
    private readonly Option<string> _device = OrtChoice.DeviceOption();
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public ValidateCommand()
        : base(
            "validate",
            "Validates a file in ONNX Runtime: on labelled rows by metrics, on any rows against another file, engine or batch size and the training rows.",
            "anneal validate model.onnx --csv test.csv --metric 'accuracy>=0.85'")
    {
        Add(_model);
        Add(_features);
        Add(_labels);
        Add(_csv);
        Add(_metrics);
        Add(_data);
        Add(_against);
        Add(_engines);
        Add(_maxAbs);
        Add(_maxFlips);
        Add(_maxNonFinite);
        Add(_drift);
        Add(_show);
        Add(_device);
        Add(_threads);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string path = arguments.GetValue(_model)!;
        OrtOptions ort = OrtChoice.Of(arguments.GetValue(_device)!, arguments.GetValue(_threads), output);
        if (RowsOf(arguments, path, ort) is { } rows)
        {
            ValidateReport answers = RowChecks.Run(rows, output, cancel);
            output.Result(answers, CommandJson.Default.ValidateReport);
            return answers.Passed ? ExitCode.Done : ExitCode.GateFailed;
        }

        IReadOnlyList<(string Name, double Limit)> limits = DriftLimits(arguments.GetValue(_drift)!);
        using OrtModel model = OrtModel.Open(path, ort);
        ModelSignature signature = ModelSignature.Find(model.Metadata)
            ?? throw AnnealException.BadData("the file has no signature: what its outputs mean is not known", "give a file that anneal has exported").In(path);
        LoadedConfig? config = RunOf(path);
        IGate[] gates = [.. Gates(config, arguments.GetValue(_metrics)!, signature, model.Metadata, output)];
        bool isGolden = config is null && new[] { _features, _labels, _csv }.All(o => arguments.GetValue(o) is null);
        ValidationSet set = (isGolden ? GoldenSet(signature, model.Metadata) : null) ?? LabelledSet(arguments, signature, config, model);
        set = set with
        {
            Threshold = signature.Threshold,
            ClassNames = signature.Classes,
            Metrics = signature.Metrics,
            LossMetric = signature.LossMetric,
        };
        if (config is not null)
        {
            set = set with { Batches = [.. config.Options.Validate.BatchSizes.Select(b => b ?? 0)] };
        }

        ValidationReport report = Validator.Run(model, set, gates);
        DriftCounter? drift = InputProfile.Find(model.Metadata) is { } profile ? new DriftCounter(profile) : null;
        foreach ((string input, Tensor values) in set.Feeds)
        {
            drift?.Add(input, values);
        }

        IReadOnlyList<DriftMeasure> measures = drift?.Measures() ?? [];
        RowChecks.Write(measures, drift?.Absent ?? [], output);
        bool isPassed = Write(report, path, measures, [.. RowChecks.DriftGates(limits, measures)], output);
        return isPassed ? ExitCode.Done : ExitCode.GateFailed;
    }

    // The rows that the file brings along: what can be held on a machine that has nothing else.
    private static ValidationSet? GoldenSet(ModelSignature signature, IReadOnlyDictionary<string, string> metadata) =>
        GoldenRows.Find(metadata) is { Rows: > 0 } golden ? new ValidationSet(signature.Task, golden.Inputs, golden.Outputs, null) : null;

    private ValidationSet LabelledSet(ParseResult arguments, ModelSignature signature, LoadedConfig? config, OrtModel model)
    {
        IReadOnlyList<string>? classes = signature.Task is ModelTask.Classification or ModelTask.Binary ? signature.Classes : null;
        DataTable table = TaskTarget.Of(SourceOf(arguments, signature, config).Load(Known(classes)), Enum.Parse<LearningTask>(signature.Task.ToString()));
        bool isArray = table.Features.Count == 1 && signature.Inputs.All(i => i.Name != table.Features[0].Name);
        Dictionary<string, Tensor> read = table.Features.ToDictionary(f => isArray ? model.Inputs[0].Name : f.Name, f => f.Values, StringComparer.Ordinal);
        return new ValidationSet(signature.Task, RawRows.Feeds(signature, read), new Dictionary<string, Tensor>(), table.Target);
    }

    private RowChecksRequest? RowsOf(ParseResult arguments, string model, OrtOptions ort)
    {
        string? data = arguments.GetValue(_data);
        string? against = arguments.GetValue(_against);
        string[] engines = arguments.GetValue(_engines)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (data is null)
        {
            return new Option[] { _against, _engines, _maxAbs, _maxFlips, _maxNonFinite, _show }.FirstOrDefault(o => arguments.GetResult(o) is not null) is { } lone
                ? throw AnnealException.BadUsage($"{lone.Name} is about answers to rows without labels: to which?", "give them by --data")
                : null;
        }

        if (arguments.GetValue(_features) is not null || arguments.GetValue(_labels) is not null || arguments.GetValue(_csv) is not null || arguments.GetValue(_metrics)!.Length > 0)
        {
            throw AnnealException.BadUsage("rows are either --data, or with labels --features or --csv; --metric needs labels");
        }

        if (against is not null && engines.Length > 0)
        {
            throw AnnealException.BadUsage("--against compares two files and --engines two engines: give one of them");
        }

        if (engines.Length > 0 && (engines.Length != 2 || engines[0] == engines[1] || engines.Any(e => e is not (RowChecks.Simd or RowChecks.Ort or RowChecks.Cuda))))
        {
            throw AnnealException.BadUsage($"--engines takes two of {RowChecks.Simd}, {RowChecks.Ort}, {RowChecks.Cuda}, got '{string.Join(',', engines)}'");
        }

        return new RowChecksRequest(model, data, against, engines, ort)
        {
            MaxAbs = arguments.GetValue(_maxAbs),
            MaxFlips = arguments.GetValue(_maxFlips),
            MaxNonFinite = arguments.GetValue(_maxNonFinite) ?? 0,
            Drift = DriftLimits(arguments.GetValue(_drift)!),
            Shown = arguments.GetValue(_show) ?? 20,
        };
    }

    private static IReadOnlyList<(string Name, double Limit)> DriftLimits(string[] limits) =>
    [
        .. limits.Select(text =>
        {
            int at = text.IndexOf('<', StringComparison.Ordinal);
            return at > 0 && DriftMeasure.ByName.ContainsKey(text[..at].Trim()) && Bound.TryParse(text[at..], out Bound bound) && bound.Operator == BoundOperator.LessOrEqual
                ? (text[..at].Trim(), bound.Limit)
                : throw AnnealException.BadUsage($"--drift '{text}' is not a measure and a limit", $"write it like 'psi<=0.25'; measures are {string.Join(", ", DriftMeasure.ByName.Keys)}");
        }),
    ];

    private static bool Write(ValidationReport report, string path, IReadOnlyList<DriftMeasure> drift, GateSummary[] driftGates, CommandOutput output)
    {
        output.Text.WriteLine(FormattableString.Invariant($"{report.Rows} rows on {report.Engine}"));
        foreach ((string name, double value) in report.Metrics)
        {
            output.Text.WriteLine(FormattableString.Invariant($"{name} {value:0.0000##}"));
        }

        foreach (LatencySummary latency in report.Latency)
        {
            output.Text.WriteLine(FormattableString.Invariant(
                $"batch {latency.Batch}: p50 {latency.P50Ms:F3} ms, p99 {latency.P99Ms:F3} ms, {latency.RowsPerSecond:F0} rows/s"));
        }

        GateSummary[] gates = [.. report.Gates.Select(g => new GateSummary(g.Name, g.Passed, g.Value, g.Limit) { Detail = g.Detail }), .. driftGates];
        foreach (GateSummary gate in gates)
        {
            output.Text.WriteLine($"gate {(gate.Passed ? "passed" : "FAILED")} {gate.Name}: {gate.Detail}");
        }

        bool isPassed = gates.All(g => g.Passed);
        output.Result(new ValidateReport(path, report.Engine, isPassed, report.Rows, report.Metrics, gates) { Drift = drift }, CommandJson.Default.ValidateReport);
        return isPassed;
    }

    private static LoadedConfig? RunOf(string model)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        return RunFolder.ReadRecord(folder) is { } record
            ? PipelineRunner.Load(new RunRequest { ConfigPath = Path.Combine(folder, "config.yaml"), Pipeline = record.Pipeline, DataFolder = record.Folder })
            : null;
    }

    private DataSource SourceOf(ParseResult arguments, ModelSignature signature, LoadedConfig? config)
    {
        string? features = arguments.GetValue(_features);
        string? labels = arguments.GetValue(_labels);
        string? csv = arguments.GetValue(_csv);
        if (features is null != labels is null || (csv is not null && features is not null))
        {
            throw AnnealException.BadUsage("the rows are either --features with --labels, or --csv");
        }

        return csv is not null ? Table(Path.GetFullPath(csv), signature, config)
            : features is not null ? Arrays(features, labels!, signature)
            : config is null ? throw AnnealException.BadUsage("the model does not lie in a run's folder: which rows?", "give --csv, or --features and --labels")
            : Sources.Test(config) ?? throw AnnealException.BadUsage($"pipeline '{config.Name}' has no test file", "give --csv, or --features and --labels");
    }

    private static DataSource Table(string path, ModelSignature signature, LoadedConfig? config)
    {
        if (config?.Options.Data.Train is CsvOptions trained)
        {
            return Sources.SourceOf(config, trained with { Path = path });
        }

        return signature.Table is { Targets.Length: > 0 } table
            ? new CsvSource(path, table.Columns, table.Targets) { Format = table.Format, Missing = table.Missing, Weight = table.Weight }
            : throw AnnealException.BadUsage("the model was not trained on a table", "give --features and --labels");
    }

    private static ArraySource Arrays(string features, string labels, ModelSignature signature)
    {
        IReadOnlyList<string>? classes = signature.Classes.Length == 0 ? null : signature.Classes;
        using ArrayFile file = ArrayFile.TryOpen(features) ?? throw AnnealException.BadData("the file is neither IDX nor npy").In(features);
        return file.IsIdx ? new IdxSource(features, labels) { ClassNames = classes } : new NpySource(features, labels) { ClassNames = classes };
    }

    // A table to test on takes its classes from the one trained on: of that one, only their names are left.
    private static DataTable? Known(IReadOnlyList<string>? classes) => classes is null ? null : new DataTable([], Tensor.Vector(0L), classes);

    private static IEnumerable<IGate> Gates(LoadedConfig? config, string[] metrics, ModelSignature signature, IReadOnlyDictionary<string, string> metadata, CommandOutput output)
    {
        ValidateOptions options = config?.Options.Validate ?? new ValidateOptions();
        foreach ((string name, Bound bound) in options.Metric.Where(m => m.Key.StartsWith(TestPart, StringComparison.Ordinal)))
        {
            if (name[TestPart.Length..] == MetricTable.Loss && signature.LossMetric is null)
            {
                output.Message($"warning: gate '{name}' is left out: the answers do not tell the loss that the model was trained by");
                continue;
            }

            yield return new MetricGate(name, name[TestPart.Length..], Stages.Gates.ComparisonOf(bound.Operator), bound.Limit);
        }

        foreach (string metric in metrics)
        {
            int at = metric.IndexOfAny(['<', '>']);
            yield return at > 0 && Bound.TryParse(metric[at..], out Bound bound)
                ? new MetricGate(metric[..at].Trim(), metric[..at].Trim(), Stages.Gates.ComparisonOf(bound.Operator), bound.Limit)
                : throw AnnealException.BadUsage($"--metric '{metric}' is not a name and a limit", "write it like 'accuracy>=0.9'");
        }

        foreach (IGate gate in Stages.Gates.OfClasses(options).Concat(Stages.Gates.OfFile(options, metadata)))
        {
            yield return gate;
        }
    }
}
