using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>The batches of <c>batch: auto</c>: found before a run, then as if the configuration had them.</summary>
internal static class BatchSizes
{
    // Of the memory that the process may use; the rest is the data's and the system's.
    private const int MemoryShare = 2;

    /// <summary>The values that replace <c>auto</c>, where an earlier run found them here.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <returns>The sizes; empty where none are to be found, or none were found yet.</returns>
    public static IReadOnlyList<BatchRecord> Known(LoadedConfig config, RunRequest request) =>
        IsAsked(config) && !request.Fresh ? FoundBatches.Of(RunPlace.FolderOf(config, request), KeyOf(config, request)) ?? [] : [];

    /// <summary>The values as <c>--set</c> takes them.</summary>
    public static IEnumerable<string> Sets(IReadOnlyList<BatchRecord> found) => found.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Path}={b.Batch}"));

    /// <summary>Whether a batch is still to be found.</summary>
    public static bool IsAsked(LoadedConfig config) => config.Options.Train.AllPhases().Any(p => p.Batch == PhaseOptions.AutoBatch);

    /// <summary>Finds the batches and keeps them for later runs.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="output">Where it tells what it does.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <returns>The sizes.</returns>
    public static IReadOnlyList<BatchRecord> Find(LoadedConfig config, RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        TrainOptions train = config.Options.Train;
        string engine = Engines.Choose(train).Name;
        IGraphRunner runner = Engines.Make(engine, RunContext.ThreadsOf(config, request), train);
        try
        {
            PreparedData data = PreparedData.Load(config);
            RowSet rows = data.TrainingRows(runner).Train;
            long? memory = engine == Engines.OrtCuda ? null : (Machine.MemoryMb << 20) / MemoryShare;
            IReadOnlyList<PhaseOptions> phases = train.AllPhases();
            var found = new List<BatchRecord>();
            for (int i = 0; i < phases.Count; i++)
            {
                if (phases[i].Batch == PhaseOptions.AutoBatch)
                {
                    BatchChoice choice = BatchFinder.Find(StepOf(config, data, phases[i]), runner, rows, (ulong)config.Options.Seed, memory, cancel);
                    found.Add(new BatchRecord(train.PathOf(i) + ".batch", choice.Batch, choice.Ended, choice.Trials));
                    output.Line(string.Create(CultureInfo.InvariantCulture, $"batch    {choice.Batch} rows on {engine}, of {string.Join(", ", choice.Trials.Select(t => $"{t.Batch}: {t.RowsPerSecond:0}/s"))}; {choice.Ended}"));
                }
            }

            FoundBatches.Keep(RunPlace.FolderOf(config, request), KeyOf(config, request), found);
            return found;
        }
        finally
        {
            (runner as IDisposable)?.Dispose();
        }
    }

    /// <summary>Says in an error of memory which batch would have fitted.</summary>
    /// <param name="context">The run.</param>
    /// <param name="training">The training that found no memory.</param>
    /// <param name="error">The error.</param>
    /// <returns>The error, with that in front.</returns>
    public static AnnealException Explain(RunContext context, Fit training, AnnealException error)
    {
        PhaseOptions phase = context.Options.Train.AllPhases().MaxBy(p => p.Rows())!;
        int batch = Math.Min(phase.Rows(), training.TrainRows.Rows.Length);
        int? fits = BatchFinder.Fitting(StepOf(context.Config, training.Data, phase), context.Runner, training.TrainRows, training.Seed, batch);
        return error.In(fits is { } size
            ? string.Create(CultureInfo.InvariantCulture, $"a batch of {batch} rows does not fit, one of {size} does: set 'train.batch' to {size}, or to auto")
            : string.Create(CultureInfo.InvariantCulture, $"a batch of {batch} rows does not fit, nor does one of a single row"));
    }

    private static TrainingGraphs StepOf(LoadedConfig config, PreparedData data, PhaseOptions phase) =>
        ModelGraphs.Of(config, data, ModelSpec.Of(config, data), TrainingOptions.UpdateOf(config, phase, data.AheadWeights) with { Accumulate = 1 }, dropout: true);

    // What is found depends on the machine too.
    private static string KeyOf(LoadedConfig config, RunRequest request) => StageKey.Of(
        RunPlace.TrainKey(config, [.. Sources.Files(config).Select(StageKey.OfPath)]),
        Engines.Expected(config.Options.Train),
        Machine.CpuModel,
        RunContext.ThreadsOf(config, request).ToString(CultureInfo.InvariantCulture));
}
