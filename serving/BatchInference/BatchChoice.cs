using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Measures on a file's first rows how many at a time are fast.</summary>
internal static class BatchChoice
{
    private const int Fallback = 256;
    private const int MostRows = 1024;
    private const long MostBytes = 32 << 20;
    private const double NearlyBest = 0.95;
    private static readonly int[] s_candidates = [32, 128, 512, MostRows];
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(150);

    /// <summary>Chooses the smallest of a few batch sizes that comes near the best rate; a file of few rows is not worth measuring.</summary>
    /// <param name="model">The model.</param>
    /// <param name="open">Opens the file.</param>
    /// <param name="options">The clock, and what to tell the choice.</param>
    /// <returns>Rows per run.</returns>
    public static int Measure(OrtModel model, Func<IRowSource> open, PredictOptions options)
    {
        using IRowSource source = open();
        using IRowLane lane = source.OpenLane();
        int most = lane.Take(1) == 1 ? Fit(lane.Parse([])) : 0;
        if (most == 0 || lane.Take(most) < most || lane.Parse([]) is not { } rows || rows[0].Shape[0] < s_candidates[0])
        {
            options.Say?.Invoke(string.Create(CultureInfo.InvariantCulture, $"batch {Fallback}: too few rows to measure which is fast"));
            return Fallback;
        }

        using OrtBinding binding = model.Bind();
        var answers = new Tensor?[model.Outputs.Count];
        var rates = new List<(int Batch, double Rate)>();
        long start = options.Clock.GetTimestamp();
        foreach (int batch in s_candidates.TakeWhile(b => b <= rows[0].Shape[0]))
        {
            Tensor[] feeds = [.. rows.Select(r => r.Rows(0, batch))];
            binding.Run(feeds, answers);
            double best = double.PositiveInfinity;
            for (int run = 0; run < 3; run++)
            {
                long begun = options.Clock.GetTimestamp();
                binding.Run(feeds, answers);
                best = Math.Min(best, options.Clock.GetElapsedTime(begun).TotalSeconds);
            }

            rates.Add((batch, batch / best));
            if (options.Clock.GetElapsedTime(start) > s_budget)
            {
                break;
            }
        }

        double limit = NearlyBest * rates.Max(r => r.Rate);
        int chosen = rates.First(r => r.Rate >= limit).Batch;
        string measured = string.Join(", ", rates.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Batch}: {r.Rate:F0}")));
        options.Say?.Invoke(string.Create(CultureInfo.InvariantCulture, $"batch {chosen}, of rows/s on one thread {measured}"));
        return chosen;
    }

    // How many rows of the size of the first are measured at most.
    private static int Fit(Tensor[] first)
    {
        if (first[0].Shape[0] == 0)
        {
            return MostRows;
        }

        long bytes = first.Sum(f => f.Type == DType.String ? 64L * f.Length : f.ByteLength);
        return (int)Math.Clamp(MostBytes / Math.Max(1, bytes), 1, MostRows);
    }
}
