using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Trainer.Data;
using Anneal.Trainer.Features;
using Anneal.Trainer.Models;
using Anneal.Trainer.Models.Import;

namespace Anneal.Pipeline.Stages;

/// <summary>The rows of one training, with the preprocessing fitted on those that it trains on.</summary>
internal sealed class PreparedData
{
    private const int AheadRows = 500;
    private readonly LoadedData _loaded;

    /// <summary>Fits the preprocessing.</summary>
    /// <param name="loaded">All rows.</param>
    /// <param name="config">What is asked for.</param>
    /// <param name="split">The parts of the training table.</param>
    /// <exception cref="AnnealException">The rows do not fit the task.</exception>
    public PreparedData(LoadedData loaded, LoadedConfig config, SplitRows split)
    {
        _loaded = loaded;
        Split = split;
        Whole = ImportedModels.Of(config, loaded.Train);
        Fitted = ImportedModels.Features(config, Whole, loaded.Train) ?? FeatureGraph.Fit(FeatureSettings.Of(config.Options.Data), loaded.Train, split.Train);
        Target = Targets.Of(config, loaded.Train, split.Train);
        if (Whole is { } whole)
        {
            (Graph Ahead, ImportedModel Behind)? parts = ImportedModels.Split(config, whole, Fitted.Graph.Outputs[0].Type, loaded.Train.Rows);
            (Ahead, Imported) = (parts?.Ahead, parts?.Behind ?? whole);
        }
    }

    /// <summary>The parts of the training table.</summary>
    public SplitRows Split { get; }

    /// <summary>The preprocessing.</summary>
    public FittedFeatures Fitted { get; }

    /// <summary>The model that training goes on from; null where it begins anew.</summary>
    public ImportedModel? Whole { get; }

    /// <summary>The part of it that steps run.</summary>
    public ImportedModel? Imported { get; }

    /// <summary>From features to what steps take, where its weights never change: applied once to all rows. Null where nothing is.</summary>
    public Graph? Ahead { get; }

    /// <summary>The weights in <see cref="Ahead"/>.</summary>
    public IReadOnlyList<string> AheadWeights => Ahead is null ? [] : [.. Whole!.Weights.Except(Imported!.Weights).Select(w => Whole.NameOf(w.Name))];

    /// <summary>What is learnt.</summary>
    public TargetSpec Target { get; }

    /// <summary>What fitting found worth a warning.</summary>
    public IReadOnlyList<string> Warnings => [.. Fitted.Warnings, .. AbsentClasses()];

    /// <summary>Loads a pipeline's rows and fits the preprocessing of its first training.</summary>
    /// <param name="config">The configuration.</param>
    /// <returns>The data.</returns>
    /// <exception cref="AnnealException">A file is wrong, or does not fit the task.</exception>
    public static PreparedData Load(LoadedConfig config)
    {
        LoadedData loaded = LoadedData.Load(config);
        return loaded.Prepare(loaded.Plan.Of(loaded.Plan.Folds[0].Name));
    }

    /// <summary>The graph that each step applies to its batch: the preprocessing itself, or the identity where it was applied to the whole table.</summary>
    public Graph InStep => Ahead is not null ? IdentityOf(Ahead.Outputs[0]) : Fitted.PerBatch ? Fitted.Graph : IdentityOf(Fitted.Graph.Outputs[0]);

    /// <summary>The rows of the training table as a step takes them.</summary>
    /// <param name="runner">The engine that applies the preprocessing.</param>
    /// <returns>Training and validation rows.</returns>
    public (RowSet Train, RowSet Validation) TrainingRows(IGraphRunner runner)
    {
        IReadOnlyList<Tensor> features = StepInputs(runner, _loaded.Train);
        return (new RowSet(features, _loaded.Train.Target, Split.Train), new RowSet(features, _loaded.Train.Target, Split.Validation));
    }

    /// <summary>The test rows as a step takes them.</summary>
    /// <param name="runner">The engine that applies the preprocessing.</param>
    /// <returns>The rows.</returns>
    public RowSet TestSet(IGraphRunner runner) => new(StepInputs(runner, _loaded.Test), _loaded.Test.Target, _loaded.TestRows);

    /// <summary>Raw rows of the training table by input name, as the exported model takes them.</summary>
    /// <param name="rows">Their numbers in the table.</param>
    public IReadOnlyDictionary<string, Tensor> RawRows(int[] rows) =>
        _loaded.Train.Features.ToDictionary(f => f.Name, f => f.Values.Take(rows), StringComparer.Ordinal);

    /// <summary>Raw rows, with their weights where they have them.</summary>
    /// <param name="part">test, validation or train.</param>
    public RowSet RawSet(string part)
    {
        (DataTable table, int[] rows) = Of(part);
        return RawSet(table, rows);
    }

    /// <summary>Raw rows of the training table, with their weights where they have them.</summary>
    /// <param name="rows">Their numbers in the table.</param>
    public RowSet RawSet(int[] rows) => RawSet(_loaded.Train, rows);

    /// <summary>Raw rows by input name, as the exported model takes them, with the truth.</summary>
    /// <param name="part">test, validation or train.</param>
    /// <returns>The rows, contiguous.</returns>
    public (IReadOnlyDictionary<string, Tensor> Feeds, Tensor Truth) RawRows(string part)
    {
        (DataTable table, int[] rows) = Of(part);
        return (table.Features.ToDictionary(f => f.Name, f => Gather(f.Values, rows), StringComparer.Ordinal), Gather(table.Target, rows));
    }

    private (DataTable Table, int[] Rows) Of(string part) => part switch
    {
        Part.Test => (_loaded.Test, _loaded.TestRows),
        Part.Validation => (_loaded.Train, Split.Validation),
        _ => (_loaded.Train, Split.Train),
    };

    private static RowSet RawSet(DataTable table, int[] rows) =>
        new([.. table.Features.Select(f => f.Values), .. table.Weight is { } weight ? (Tensor[])[weight] : []], table.Target, rows);

    private IEnumerable<string> AbsentClasses()
    {
        if (_loaded.Train is { ClassNames: { } names, Target.Type: DType.Int64 })
        {
            HashSet<long> present = [.. Split.Train.Select(r => _loaded.Train.Target.Span<long>()[r])];
            string[] absent = [.. names.Where((_, i) => !present.Contains(i))];
            if (absent.Length > 0)
            {
                yield return $"no row to train on is of class {string.Join(", ", absent.Take(5).Select(n => $"'{n}'"))}{(absent.Length > 5 ? ", …" : "")}";
            }
        }
    }

    // The rows' weights are a batch input like any other.
    private IReadOnlyList<Tensor> StepInputs(IGraphRunner runner, DataTable table) =>
        [.. Features(runner, table), .. table.Weight is { } weight ? (Tensor[])[weight] : []];

    private IReadOnlyList<Tensor> Features(IGraphRunner runner, DataTable table)
    {
        if (Ahead is not null)
        {
            return [ThroughAhead(runner, table, Ahead)];
        }

        if (Fitted.PerBatch)
        {
            return [.. table.Features.Select(f => f.Values)];
        }

        using IGraphSession session = runner.Open(Model.Of(Fitted.Graph), []);
        Dictionary<string, Tensor> byName = table.Features.ToDictionary(f => f.Name, f => f.Values, StringComparer.Ordinal);
        return [.. session.Run(byName).Values];
    }

    // In pieces: the whole table's activations would not fit into memory.
    private Tensor ThroughAhead(IGraphRunner runner, DataTable table, Graph ahead)
    {
        var g = new GraphBuilder("ahead");
        Value features = g.Splice(Fitted.Graph, Fitted.Graph.Inputs.ToDictionary(i => i.Name, i => g.Input(i.Name, i.Type), StringComparer.Ordinal)).Values.Single();
        g.Output(g.Splice(ahead, new Dictionary<string, Value>(StringComparer.Ordinal) { [ahead.Inputs[0].Name] = features }).Values.Single(), "ahead/features");
        using IGraphSession session = runner.Open(Model.Of(g.Build()), []);
        Dictionary<string, Tensor> byName = table.Features.ToDictionary(f => f.Name, f => f.Values, StringComparer.Ordinal);
        var fetches = new Tensor?[1];
        Tensor? all = null;
        for (int start = 0; start < table.Rows; start += AheadRows)
        {
            int count = Math.Min(AheadRows, table.Rows - start);
            int[] rows = [.. Enumerable.Range(start, count)];
            session.Run([.. session.Feeds.Select(f => byName[f.Name].Take(rows))], fetches);
            all ??= Tensor.Zeros(fetches[0]!.Type, [table.Rows, .. fetches[0]!.Shape[1..]]);
            fetches[0]!.CopyTo(all.Rows(start, count));
        }

        return all!;
    }

    private static Graph IdentityOf(ValueInfo features)
    {
        var g = new GraphBuilder("prepared");
        g.Output(g.Input("features", features.Type), "same");
        return g.Build();
    }

    private static Tensor Gather(Tensor source, int[] rows)
    {
        bool isAll = rows.Length == source.Shape[0];
        return isAll && rows.AsSpan().SequenceEqual(Enumerable.Range(0, rows.Length).ToArray()) ? source : source.Take(rows);
    }
}
