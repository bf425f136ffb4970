using System.Diagnostics;
using System.Globalization;
using Anneal.Serving;
using Anneal.Serving.BatchInference;

namespace Anneal.Pipeline.Bench;

/// <summary>Predictions of a whole file, from disk to disk, and ONNX Runtime alone on values in memory, in turn.</summary>
internal sealed class PredictBench
{
    private const int MostInMemory = 1 << 16;
    private readonly string _model;
    private readonly string _input;
    private readonly string _folder = Path.GetTempPath();
    private readonly long _rows;

    public PredictBench(string model, string input, int threads, int? batch, Action<string> say)
    {
        _model = model;
        _input = input;
        Threads = threads;
        using PredictionModel opened = Open();
        PredictionSummary whole = Predict(opened, ".csv", batch, say);
        (Batch, _rows) = (whole.Batch, whole.Rows);
    }

    /// <summary>Rows per run.</summary>
    public int Batch { get; }

    /// <summary>Threads of each side.</summary>
    public int Threads { get; }

    /// <summary>Measures each side so many times in turn.</summary>
    public IReadOnlyList<PredictBenchReport.Side> Measure(string[] outputs, int rounds, CancellationToken cancel)
    {
        using PredictionModel opened = Open();
        using var loop = new BareLoop(_model, _input, Batch, MostInMemory, Threads);
        using var single = new BareLoop(_model, _input, Batch, MostInMemory, 1);
        (string Name, Func<long> Run)[] sides =
        [
            ("bare loop", () => Rows(loop)),
            ("bare loop, 1 thread", () => Rows(single)),
            .. outputs.Select(o => ($"predict {o}", (Func<long>)(() => Predict(opened, o, Batch, null).Rows))),
        ];
        long[] rows = new long[sides.Length];
        double[] best = new double[sides.Length];
        double[] cpu = new double[sides.Length];
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < sides.Length; i++)
            {
                cancel.ThrowIfCancellationRequested();
                TimeSpan used = CpuTime;
                long start = Stopwatch.GetTimestamp();
                rows[i] = sides[i].Run();
                double rate = rows[i] / Stopwatch.GetElapsedTime(start).TotalSeconds;

                // The first round warms up.
                best[i] = round == 0 ? 0 : Math.Max(best[i], rate);
                cpu[i] = round == 0 ? double.PositiveInfinity : Math.Min(cpu[i], (CpuTime - used).TotalMicroseconds / rows[i]);
            }
        }

        return [.. sides.Select((s, i) => new PredictBenchReport.Side(s.Name, rows[i], best[i], best[i] / best[0], cpu[i]))];
    }

    private static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    // As many rows as predict has, so that neither side has the luck of a shorter moment.
    private long Rows(BareLoop loop)
    {
        long rows = 0;
        do
        {
            loop.Run();
            rows += loop.Rows;
        }
        while (rows < _rows);
        return rows;
    }

    private PredictionModel Open() => PredictionModel.Open(_model, new OrtOptions { Threads = 1 });

    private PredictionSummary Predict(PredictionModel model, string ending, int? batch, Action<string>? say)
    {
        string target = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"anneal-bench-{Environment.ProcessId}{ending}"));
        try
        {
            return Predictor.Run(model, _input, target, new PredictOptions { Batch = batch, Lanes = Threads, Say = say });
        }
        finally
        {
            File.Delete(target);
        }
    }
}
