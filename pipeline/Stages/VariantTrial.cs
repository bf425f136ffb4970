using Anneal.Exporter.Variants;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Serving.Validation;

namespace Anneal.Pipeline.Stages;

/// <summary>
/// Holds variants against the float model in ONNX Runtime. A variant whose answers are too bad is made again with its worst layers left in float: 1, 2, 4, … of them. That is
/// decided on validation rows, where there are any; what ships must hold on the test rows too.
/// </summary>
internal sealed class VariantTrial : IDisposable
{
    private const int BatchRows = 64;
    private const int DefaultRows = 512;

    private readonly RunContext _context;
    private readonly Model _model;
    private readonly OrtModel _float;
    private readonly OrtRunner _runner;
    private readonly (string Part, ValidationSet Set, IReadOnlyDictionary<string, double> Metrics)[] _parts;

    public VariantTrial(RunContext context, Model model)
    {
        _context = context;
        _model = model;
        // What it finds is in the files: ranges, golden rows, the layers left in float.
        _runner = new OrtRunner(new OrtOptions { Threads = 1 });
        _float = OrtModel.Open(context.Folder.ModelPath, new OrtOptions { Threads = context.Threads });
        _parts = [.. PartsOf(context.Exported).Select(Measure)];
    }

    public VariantRecord Run(VariantOptions options)
    {
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches = Batches((options as QuantizedOptions)?.Rows ?? DefaultRows);
        var variant = Variant.Of(options, _model, _runner, batches);
        string file = $"model.{variant.Name}.onnx";
        string path = Path.Combine(_context.Folder.File("variants"), file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Delete(_context.Folder.File(file));
        var attempts = new List<VariantRecord.Attempt>();
        IReadOnlyList<string>? worst = null;
        for (int kept = 0; ; kept = Math.Max(1, 2 * kept))
        {
            string[] inFloat = [.. worst?.Take(kept) ?? []];
            Model candidate = Make(variant, inFloat);
            Write(WithGolden(candidate), path);
            IReadOnlyList<GateResult> gates = Judge(path, options);
            attempts.Add(new VariantRecord.Attempt(inFloat, [.. gates.Select(g => new GateSummary(g.Name, g.Passed, g.Value, g.Limit) { Detail = g.Detail })]));
            bool isAboutAnswers = gates.Any(g => !g.Passed && g.Name.StartsWith(_parts[0].Part + ".", StringComparison.Ordinal));
            if (!isAboutAnswers)
            {
                break;
            }

            worst ??= [.. LayerErrors.Of(_model, candidate, _runner, batches).Select(e => e.Node)];
            if (Math.Max(1, 2 * kept) >= worst.Count)
            {
                break;
            }
        }

        long bytes = ModelWriter.SizeOf(path);
        bool ships = attempts[^1].Passed;
        if (ships)
        {
            Move(path, _context.Folder.File(file));
        }

        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return new VariantRecord(variant.Name, ships, ships ? file : null, bytes, ModelWriter.SizeOf(_context.Folder.ModelPath), attempts);
    }

    public void Dispose() => _float.Dispose();

    private IEnumerable<string> PartsOf(Fit fit)
    {
        string[] held = [.. fit.Data.Split.Validation.Length > 0 ? (string[])[Part.Validation] : [], .. _context.Data.TestRows.Length > 0 ? (string[])[Part.Test] : []];
        return held.Length > 0 ? held : [Part.Train];
    }

    private static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + ModelWriter.DataSuffix);
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from + ModelWriter.DataSuffix))
        {
            File.Move(from + ModelWriter.DataSuffix, to + ModelWriter.DataSuffix, overwrite: true);
        }

        File.Move(from, to, overwrite: true);
    }

    private (string, ValidationSet, IReadOnlyDictionary<string, double>) Measure(string part)
    {
        ValidationSet set = _context.Exported.SetOf(part) with { Batches = [BatchRows] };
        IReadOnlyDictionary<string, Tensor> answers = Validator.Answer(_float, set);
        return (part, set with { Reference = answers }, MetricTable.Compute(new Answers(set.Task, answers, set.Truth!, set.Metrics)));
    }

    private IReadOnlyList<GateResult> Judge(string path, VariantOptions options)
    {
        using OrtModel model = OrtModel.Open(path, new OrtOptions { Threads = _context.Threads });
        var results = new List<GateResult>();
        foreach ((string part, ValidationSet set, IReadOnlyDictionary<string, double> metrics) in _parts)
        {
            string metric = MetricOf(metrics);
            IGate[] gates =
            [
                .. part == _parts[0].Part ? (IGate[])[new StructureGate()] : [],
                new MetricDropGate(part, metric, metrics[metric], options.MetricDrop),
                .. options.MaxAbs is { } maxAbs ? (IGate[])[new ParityGate(maxAbs)] : [],
            ];
            ValidationReport report = Validator.Run(model, set, gates);
            results.AddRange(report.Gates.Select(g => g is { Name: "parity.max_abs" } ? g with { Name = $"{part}.max_abs" } : g));
        }

        if (options is QuantizedOptions { FasterAt: { } batch })
        {
            results.AddRange(Validator.Run(model, _parts[^1].Set, [new FasterGate(_float, batch)]).Gates);
        }

        return results;
    }

    // The metric by which trainings are compared, where answers tell it; else the first that the task has.
    private string MetricOf(IReadOnlyDictionary<string, double> metrics)
    {
        string best = Targets.BestMetricOf(_context.Options);
        return metrics.ContainsKey(best) ? best : metrics.Keys.First(MetricTable.IsHeadline);
    }

    private Model Make(Variant variant, string[] inFloat)
    {
        Graph graph = variant.Rewrite(inFloat.ToHashSet(StringComparer.Ordinal));
        GraphChecker.Check(graph);
        return _model with
        {
            Graph = graph,
            Metadata = _model.Metadata.SetItem("anneal.variant", variant.Name).SetItem("anneal.kept_float", string.Join(",", inFloat)),
        };
    }

    private void Write(Model model, string path) => ExportFiles.Write(model, path, _context.Options.Export);

    // The golden rows of a variant hold its own answers: elsewhere it must answer as it did here.
    private Model WithGolden(Model candidate)
    {
        if (GoldenRows.Find(_model.Metadata) is not { } golden)
        {
            return candidate;
        }

        using IGraphSession session = _runner.Open(candidate, []);
        Dictionary<string, Tensor> own = session.Run(golden.Inputs).Where(f => golden.Outputs.ContainsKey(f.Key)).ToDictionary(StringComparer.Ordinal);
        return candidate with { Metadata = candidate.Metadata.SetItem(GoldenRows.MetadataKey, new GoldenRows(golden.Inputs, own).ToJson()) };
    }

    private IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Batches(int rows)
    {
        int[] chosen = _context.Exported.TrainRowsSpread(rows);
        return [.. chosen.Chunk(BatchRows).Select(_context.Exported.RawRows)];
    }
}
