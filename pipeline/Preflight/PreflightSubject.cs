using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Preflight;

/// <summary>What preflight looks at: a run's first training before it begins. Sessions are its own, so that the training's stay untouched.</summary>
internal sealed class PreflightSubject : IDisposable
{
    private readonly Lazy<TrainingGraphs> _graphs;
    private readonly Lazy<(RowSet Train, RowSet Validation)> _rows;
    private readonly Lazy<DataColumns> _columns;

    /// <summary>Prepares the look.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="loaded">All rows.</param>
    /// <param name="data">The rows of the first training, with its preprocessing.</param>
    /// <param name="threads">Threads to compute with; they change no number.</param>
    public PreflightSubject(LoadedConfig config, LoadedData loaded, PreparedData data, int threads)
    {
        Config = config;
        Loaded = loaded;
        Data = data;
        Runner = new SimdRunner(threads);
        _graphs = new Lazy<TrainingGraphs>(() => ModelGraphs.First(config, data));
        _rows = new Lazy<(RowSet, RowSet)>(() => data.TrainingRows(Runner));
        _columns = new Lazy<DataColumns>(() => new DataColumns(loaded, data.Split));
    }

    public LoadedConfig Config { get; }

    public PreflightOptions Options => Config.Options.Preflight ?? new PreflightOptions();

    public ulong Seed => (ulong)Config.Options.Seed;

    public LoadedData Loaded { get; }

    public PreparedData Data { get; }

    /// <summary>What the run's first training trains.</summary>
    public ModelSpec Spec => ModelSpec.Of(Config, Data);

    public SimdRunner Runner { get; }

    public TrainingGraphs Graphs => _graphs.Value;

    public RowSet TrainRows => _rows.Value.Train;

    public RowSet ValidationRows => _rows.Value.Validation;

    /// <summary>The columns as they are in the file, by part.</summary>
    public DataColumns Columns => _columns.Value;

    /// <summary>Random training rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="purpose">What they are for: the key of the draw.</param>
    /// <returns>The rows.</returns>
    public RowSet Sample(int count, string purpose) => Sample(TrainRows, count, purpose);

    /// <summary>Random rows of some.</summary>
    /// <param name="given">The rows.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="purpose">What they are for: the key of the draw.</param>
    /// <returns>The rows.</returns>
    public RowSet Sample(RowSet given, int count, string purpose)
    {
        int[] rows = [.. given.Rows.Distinct()];
        int[] order = Permutation.Of(Seed, "preflight/" + purpose, 0, rows.Length);
        return given with { Rows = [.. order.Take(count).Select(i => rows[i]).Order()] };
    }

    /// <summary>The features that enter the first layer.</summary>
    /// <param name="rows">Training rows.</param>
    /// <returns>float [rows, ...].</returns>
    public Tensor Features(RowSet rows)
    {
        using var feed = BatchFeed.InOrder(rows);
        using IGraphSession session = Runner.Open(Model.Of(Data.InStep), []);
        Dictionary<string, Tensor> byName = Graphs.BatchInputs.Zip(feed.Next().Features).ToDictionary(StringComparer.Ordinal);
        return session.Run(byName).Values.Single();
    }

    public void Dispose() => Runner.Dispose();
}
