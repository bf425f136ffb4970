using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Profiles;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Serving.Comparing;
using Anneal.Trainer.Data.Images;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>validate</c> does with rows alone, of any ONNX file: two models, two engines or two batch sizes answer alike, no answer is NaN, the rows are spread as in training.</summary>
internal sealed class RowChecks : IDisposable
{
    public const string Simd = "simd";
    public const string Ort = "ort";
    public const string Cuda = "cuda";
    private const int SmallBatch = 7;
    private const double EnginesMaxAbs = 1e-4;
    private const double BatchesMaxAbs = 1e-5;

    private readonly List<IDisposable> _open = [];
    private readonly RowChecksRequest _request;

    private RowChecks(RowChecksRequest request) => _request = request;

    public static ValidateReport Run(RowChecksRequest request, CommandOutput output, CancellationToken cancel)
    {
        using var checks = new RowChecks(request);
        return checks.Run(output, cancel);
    }

    public void Dispose() => _open.AsEnumerable().Reverse().ToList().ForEach(o => o.Dispose());

    private ValidateReport Run(CommandOutput output, CancellationToken cancel)
    {
        string[] engines = _request.Engines.Length > 0 ? _request.Engines : [_request.Ort.Device == OrtDevice.Cuda ? Cuda : Ort];
        OrtModel reader = Keep(OrtModel.Open(_request.Model, OrtOptionsOf(engines.FirstOrDefault(e => e != Simd, Ort))));
        IRowModel first = engines[0] == Simd ? InSimd(_request.Model) : RowModels.Of(reader, reader.Engine);
        IRowModel second = _request.Against is { } other ? RowModels.Of(Keep(OrtModel.Open(other, _request.Ort)), other)
            : engines.Length == 1 ? RowModels.InBatches(first, SmallBatch)
            : engines[1] == Simd ? InSimd(_request.Model)
            : engines[0] == Simd ? RowModels.Of(reader, reader.Engine)
            : RowModels.Of(Keep(OrtModel.Open(_request.Model, OrtOptionsOf(engines[1]))), OrtRunnerName(engines[1]));
        InputProfile? profile = InputProfile.Find(reader.Metadata);
        DriftCounter? drift = profile is null ? null : new DriftCounter(profile);
        double? maxAbs = _request.MaxAbs ?? (_request.Against is not null ? null : engines.Length == 2 ? EnginesMaxAbs : BatchesMaxAbs);
        var options = new ComparisonOptions
        {
            Batch = _request.Batch,
            Tolerance = maxAbs ?? EnginesMaxAbs,
            Shown = _request.Shown,
            OpenImages = (path, channels, height, width) => new ImageReader(path, channels, height, width),
        };
        ComparisonReport compared = ModelComparison.Run(reader, _request.Data, first, second, options, drift, cancel);
        IReadOnlyList<DriftMeasure> measures = drift?.Measures() ?? [];
        GateSummary[] gates = [.. Gates(compared, maxAbs, measures)];
        Write(compared, measures, drift?.Absent ?? [], gates, output);
        return new ValidateReport(_request.Model, first.Name, gates.All(g => g.Passed), compared.Rows, new Dictionary<string, double>(), gates) { Comparison = compared, Drift = measures };
    }

    private IEnumerable<GateSummary> Gates(ComparisonReport report, double? maxAbs, IReadOnlyList<DriftMeasure> drift)
    {
        if (maxAbs is { } limit)
        {
            OutputDifference worst = report.Outputs.MaxBy(o => o.MaxAbs)!;
            yield return new GateSummary("difference.max_abs", worst.MaxAbs <= limit, worst.MaxAbs, limit)
            {
                Detail = FormattableString.Invariant($"largest difference {worst.MaxAbs:g6} in output '{worst.Output}', {report.Outputs.Max(o => o.Rows)} rows beyond {limit:g6}"),
            };
        }

        int? flips = _request.MaxFlips ?? (_request.Against is null && report.Flips is not null ? 0 : null);
        if (flips is { } most)
        {
            long found = report.Flips ?? throw AnnealException.BadUsage("--max-flips needs decisions to compare, and the models answer none", "a classification has an output of several scores, or a signature");
            yield return new GateSummary("difference.decision_flips", found <= most, found, most) { Detail = FormattableString.Invariant($"{found} of {report.Rows} rows, by {report.Decisions}") };
        }

        yield return new GateSummary("answers.non_finite", report.NonFinite <= _request.MaxNonFinite, report.NonFinite, _request.MaxNonFinite)
        {
            Detail = FormattableString.Invariant($"{report.NonFinite} rows answered with NaN or infinity"),
        };
        foreach (GateSummary gate in DriftGates(_request.Drift, drift))
        {
            yield return gate;
        }
    }

    /// <summary>The gates on drift: the worst column stays within a measure's limit.</summary>
    public static IEnumerable<GateSummary> DriftGates(IReadOnlyList<(string Name, double Limit)> limits, IReadOnlyList<DriftMeasure> drift)
    {
        foreach ((string name, double limit) in limits)
        {
            DriftMeasure worst = drift.MaxBy(DriftMeasure.ByName[name])
                ?? throw AnnealException.BadUsage("--drift needs a training profile, and the file's metadata has none for these rows", "give a file that anneal has exported");
            double value = DriftMeasure.ByName[name](worst);
            yield return new GateSummary($"drift.{name}", value <= limit, value, limit) { Detail = FormattableString.Invariant($"{value:g4} in column '{worst.Column}', expected at most {limit:g4}") };
        }
    }

    private static void Write(ComparisonReport report, IReadOnlyList<DriftMeasure> drift, IReadOnlyList<string> absent, GateSummary[] gates, CommandOutput output)
    {
        TextWriter text = output.Text;
        text.WriteLine(FormattableString.Invariant($"{report.Rows} rows: {report.First} against {report.Second}"));
        if (report.Ignored.Count > 0)
        {
            output.Message($"warning: the model does not read these columns: {string.Join(", ", report.Ignored)}");
        }

        var outputs = new TextTable("OUTPUT", ">MAX DIFFERENCE", ">MEAN", ">ROWS");
        var rows = new TextTable(">ROW", "OUTPUT", ">AT", "FIRST", "SECOND", ">DIFFERENCE");
        foreach (OutputDifference difference in report.Outputs)
        {
            outputs.Add(difference.Output, Number(difference.MaxAbs), Number(difference.MeanAbs), FormattableString.Invariant($"{difference.Rows}"));
            foreach (RowDifference row in difference.Worst)
            {
                rows.Add(FormattableString.Invariant($"{row.Row}"), difference.Output, FormattableString.Invariant($"{row.Index}"), row.First, row.Second, Number(row.Difference));
            }
        }

        outputs.Write(text);
        if (report.Outputs.Any(o => o.Worst.Count > 0))
        {
            rows.Write(text);
        }

        foreach (DecisionChange flip in report.FlipRows)
        {
            string label = flip.Label is { } l ? FormattableString.Invariant($", label {l}") : "";
            text.WriteLine(FormattableString.Invariant($"row {flip.Row}{label} is decided {flip.First} → {flip.Second}, margin {flip.Margin:g3}"));
        }

        if (report.NonFiniteRows.Count > 0)
        {
            text.WriteLine($"answered with NaN or infinity: row {string.Join(", ", report.NonFiniteRows)}");
        }

        Write(drift, absent, output);
        foreach (GateSummary gate in gates)
        {
            text.WriteLine($"gate {(gate.Passed ? "passed" : "FAILED")} {gate.Name}: {gate.Detail}");
        }
    }

    /// <summary>Shows how rows differ from those of training; what is beyond chance and custom is a warning.</summary>
    public static void Write(IReadOnlyList<DriftMeasure> drift, IReadOnlyList<string> absent, CommandOutput output)
    {
        const double Custom = 0.25;
        if (drift.Count == 0)
        {
            return;
        }

        var table = new TextTable("COLUMN", ">PSI", ">BY CHANCE", ">KS", ">MEAN SHIFT", ">MISSING", ">UNSEEN");
        foreach (DriftMeasure m in drift)
        {
            table.Add(m.Column, Number(m.Psi), Number(m.PsiByChance), Number(m.Ks), m.MeanShift is { } shift ? Number(shift) : "", Number(m.Missing), Number(m.Unseen));
        }

        table.Write(output.Text);
        string[] drifted = [.. drift.Where(m => DriftMeasure.ByName["psi"](m) > Custom).Select(m => m.Column)];
        if (drifted.Length > 0)
        {
            output.Message($"warning: spread otherwise than in training (psi above {Number(Custom)} and chance): {string.Join(", ", drifted)}");
        }

        if (absent.Count > 0)
        {
            output.Message($"warning: columns of training that the rows lack: {string.Join(", ", absent)}");
        }
    }

    private static string Number(double value) => FormattableString.Invariant($"{value:g4}");

    private static string OrtRunnerName(string engine) => new OrtRunner(new OrtOptions { Device = engine == Cuda ? OrtDevice.Cuda : OrtDevice.Cpu }).Name;

    private OrtOptions OrtOptionsOf(string engine) => _request.Ort with { Device = engine == Cuda ? OrtDevice.Cuda : OrtDevice.Cpu };

    private IRowModel InSimd(string path)
    {
        var runner = Keep(new SimdRunner(_request.Ort.Threads > 0 ? _request.Ort.Threads : Machine.DefaultThreads));
        return RowModels.Of(Keep(runner.Open(ModelReader.Read(path), [])), runner.Name);
    }

    private T Keep<T>(T item)
        where T : IDisposable
    {
        _open.Add(item);
        return item;
    }
}
