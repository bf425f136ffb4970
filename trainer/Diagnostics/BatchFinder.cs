using System.Diagnostics;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Diagnostics;

/// <summary>Finds a batch size by real steps from a model's first parameters, of which nothing is kept.</summary>
/// <remarks>
/// The size doubles from 8 until memory or the rows end, or until two doublings in a row have not brought the rate 5% above the best before. Of the sizes that fitted, the smallest is taken
/// whose rate is at least 90% of the best: more rows in a step without more rows in a second only mean fewer steps.
/// </remarks>
public static class BatchFinder
{
    private const int First = 8;
    private const int Rise = 2;
    private const double Gain = 1.05;
    private const double Enough = 0.9;
    private const int BatchesOfRows = 4;
    private const int MinSteps = 3;
    private const int MaxSteps = 50;
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(0.15);

    /// <summary>Finds a batch size.</summary>
    /// <param name="graphs">The graphs, of one batch a step.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="seed">The seed of their order.</param>
    /// <param name="memory">Bytes that steps may add to the process; null where the device says itself when it has no more.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <returns>The choice.</returns>
    /// <exception cref="AnnealException">Not even the smallest batch fits.</exception>
    public static BatchChoice Find(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed, long? memory, CancellationToken cancel)
    {
        long before = Environment.WorkingSet;
        return Search(rows.Rows.Length, memory ?? long.MaxValue, batch =>
        {
            double rate = RateOf(graphs, runner, rows, seed, batch, cancel, out long after);
            return new BatchTrial(batch, rate, memory is null ? 0 : Math.Max(0, after - before));
        });
    }

    /// <summary>The largest batch that takes a step where a larger one found no memory.</summary>
    /// <param name="graphs">The graphs, of one batch a step.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="seed">The seed of their order.</param>
    /// <param name="tooLarge">The batch that does not fit.</param>
    /// <returns>Half of it, or half of that, and so on; null where not even one row fits.</returns>
    public static int? Fitting(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed, int tooLarge)
    {
        for (int batch = tooLarge / 2; batch > 0; batch /= 2)
        {
            try
            {
                using ShortTraining training = Open(graphs, runner, rows, seed, batch);
                training.Step(0);
                training.Step(0);
                return batch;
            }
            catch (AnnealException error) when (error.IsOutOfMemory)
            {
                // Half of it may fit.
            }
        }

        return null;
    }

    internal static BatchChoice Search(int rows, long memory, Func<int, BatchTrial> measure)
    {
        var trials = new List<BatchTrial>();
        string? ended = null;
        for (int batch = Math.Min(First, rows); ended is null; batch = (int)Math.Min(2L * batch, rows))
        {
            ended = Next(trials, batch, memory, measure)
                ?? (batch == rows ? string.Create(CultureInfo.InvariantCulture, $"there are {rows} rows") : HasStoppedRising(trials) ? "the rate has stopped rising" : null);
        }

        if (trials.Count == 0)
        {
            throw AnnealException.BadData($"a batch of {Math.Min(First, rows).ToString(CultureInfo.InvariantCulture)} rows does not fit: {ended}", "set 'train.batch' to less, or take a smaller model");
        }

        double best = trials.Max(t => t.RowsPerSecond);
        return new BatchChoice(trials.First(t => t.RowsPerSecond >= Enough * best).Batch, trials, ended);
    }

    // Memory grows in line with the rows: a size that would not fit is not begun, since the system might end the process.
    private static string? Next(List<BatchTrial> trials, int batch, long memory, Func<int, BatchTrial> measure)
    {
        if (trials is [.., var earlier, var last] && last.Bytes + ((double)(last.Bytes - earlier.Bytes) / (last.Batch - earlier.Batch) * (batch - last.Batch)) > memory)
        {
            return string.Create(CultureInfo.InvariantCulture, $"a batch of {batch} would take more than {memory / 1e6:0} MB");
        }

        try
        {
            BatchTrial trial = measure(batch);
            if (trial.Bytes > memory)
            {
                return string.Create(CultureInfo.InvariantCulture, $"a batch of {batch} takes {trial.Bytes / 1e6:0} MB, of {memory / 1e6:0} MB");
            }

            trials.Add(trial);
            return null;
        }
        catch (Exception error) when (error is OutOfMemoryException or AnnealException { IsOutOfMemory: true })
        {
            return string.Create(CultureInfo.InvariantCulture, $"a batch of {batch} found no memory");
        }
    }

    private static bool HasStoppedRising(List<BatchTrial> trials) =>
        trials.Count > Rise && trials.TakeLast(Rise).All(t => t.RowsPerSecond < Gain * trials.SkipLast(Rise).Max(b => b.RowsPerSecond));

    // The first steps compile, probe or capture.
    private static double RateOf(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed, int batch, CancellationToken cancel, out long after)
    {
        using ShortTraining training = Open(graphs, runner, rows, seed, batch);
        training.Step(0);
        training.Step(0);
        after = Environment.WorkingSet;
        long start = Stopwatch.GetTimestamp();
        int steps = 0;
        while (steps < MinSteps || (steps < MaxSteps && Stopwatch.GetElapsedTime(start) < s_enough))
        {
            cancel.ThrowIfCancellationRequested();
            training.Step(0);
            steps++;
        }

        return (double)steps * batch / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // So many rows that all batches are whole. The learning rate is 0, so that no step leads to numbers that are not finite.
    private static ShortTraining Open(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed, int batch)
    {
        int count = Math.Min(BatchesOfRows, rows.Rows.Length / batch) * batch;
        return new ShortTraining(graphs, runner, rows with { Rows = rows.Rows[..count] }, batch, seed);
    }
}
