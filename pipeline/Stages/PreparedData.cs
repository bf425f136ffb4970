using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Features;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>A pipeline's rows: loaded, split, with the preprocessing fitted on the training rows.</summary>
internal sealed class PreparedData
{
    private readonly DataTable _train;
    private readonly DataTable _testTable;

    private PreparedData(DataTable train, DataTable? test, SplitRows split, FittedFeatures fitted, TargetSpec target, IReadOnlyList<string> columns)
    {
        _train = train;
        _testTable = test ?? train;
        Split = split;
        Fitted = fitted;
        Columns = columns;
        TestRows = test is null ? split.Test : [.. Enumerable.Range(0, test.Rows)];
        Target = target;
    }

    /// <summary>The parts of the training table.</summary>
    public SplitRows Split { get; }

    /// <summary>The preprocessing.</summary>
    public FittedFeatures Fitted { get; }

    /// <summary>The columns of a table that are inputs, in order; empty for arrays.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The test rows of the test table, or of the training table where there is none.</summary>
    public int[] TestRows { get; }

    /// <summary>What is learnt.</summary>
    public TargetSpec Target { get; }

    /// <summary>The names of classes, labels or of several numbers; empty where there are none.</summary>
    public IReadOnlyList<string> AnswerNames => _train.ClassNames ?? _train.TargetNames ?? [];

    /// <summary>What reading and fitting found worth a warning.</summary>
    public IReadOnlyList<string> Warnings => [.. _train.Warnings, .. _testTable == _train ? [] : _testTable.Warnings, .. Fitted.Warnings];

    /// <summary>What is worth knowing of the data, in a line.</summary>
    public string Summary
    {
        get
        {
            string kinds = string.Join(", ", _train.Features.Take(3).Select(f => $"{f.Name} {f.Values.Type.Name()}[{string.Join(",", f.Values.Shape[1..].ToArray())}]"));
            string more = _train.Features.Count > 3 ? $", … ({_train.Features.Count} inputs)" : "";
            string target = Target.Task switch
            {
                LearningTask.Multilabel => $"{Target.Outputs} labels",
                LearningTask.Regression => Target.Outputs == 1 ? "a number" : $"{Target.Outputs} numbers",
                _ => $"{AnswerNames.Count} classes",
            };
            return FormattableString.Invariant(
                $"{Split.Train.Length} rows to train on, {Split.Validation.Length} to validate on, {TestRows.Length} to test on; {kinds}{more} → {target}");
        }
    }

    /// <summary>Loads, splits and fits.</summary>
    /// <param name="config">The configuration.</param>
    /// <returns>The data.</returns>
    /// <exception cref="AnnealException">A file is wrong, or does not fit the task.</exception>
    public static PreparedData Load(LoadedConfig config)
    {
        PipelineOptions options = config.Options;
        DataTable read = Sources.Train(config).Load();
        DataTable train = ForTask(config, read, "data.train");
        DataTable? test = Sources.Test(config)?.Load(read);
        test = test is null ? null : ForTask(config, test, "data.test");
        if (test is not null && !test.Target.Shape[1..].SequenceEqual(train.Target.Shape[1..]))
        {
            throw AnnealException.BadData($"the target is {test.Target} in the test rows, and {train.Target} in the training rows").In(config.OriginOf("data.test").ToString());
        }

        var holdout = (HoldoutOptions)options.Data.Split;
        ReadOnlySpan<long> strata = train.Target.Type == DType.Int64 && holdout.Stratify == true ? train.Target.Span<long>() : [];
        SplitRows split = Trainer.Data.Split.Holdout(
            train.Rows, holdout.Validation, test is null ? holdout.Test : 0, strata, (ulong)options.Seed, train.ClassNames);
        FittedFeatures fitted = FeatureGraph.Fit(FeatureSettings.Of(options.Data), train, split.Train);
        IReadOnlyList<string> columns = options.Data.Train is CsvOptions ? [.. train.Features.Select(f => f.Name)] : [];
        return new PreparedData(train, test, split, fitted, Targets.Of(config, train, split.Train), columns);
    }

    /// <summary>The graph that each step applies to its batch: the preprocessing itself, or the identity where it was applied to the whole table.</summary>
    public Graph InStep => Fitted.PerBatch ? Fitted.Graph : IdentityOf(Fitted.Graph.Outputs[0]);

    /// <summary>The rows of the training table as a step takes them.</summary>
    /// <param name="runner">The engine that applies the preprocessing.</param>
    /// <returns>Training and validation rows.</returns>
    public (RowSet Train, RowSet Validation) TrainingRows(IGraphRunner runner)
    {
        IReadOnlyList<Tensor> features = StepInputs(runner, _train);
        return (new RowSet(features, _train.Target, Split.Train), new RowSet(features, _train.Target, Split.Validation));
    }

    /// <summary>The test rows as a step takes them.</summary>
    /// <param name="runner">The engine that applies the preprocessing.</param>
    /// <returns>The rows.</returns>
    public RowSet TestSet(IGraphRunner runner) => new(StepInputs(runner, _testTable), _testTable.Target, TestRows);

    /// <summary>Raw rows by input name, as the exported model takes them, with the truth.</summary>
    /// <param name="test">Whether the test rows are meant; the validation rows otherwise.</param>
    /// <returns>The rows, contiguous.</returns>
    public (IReadOnlyDictionary<string, Tensor> Feeds, Tensor Truth) RawRows(bool test)
    {
        DataTable table = test ? _testTable : _train;
        int[] rows = test ? TestRows : Split.Validation;
        return (table.Features.ToDictionary(f => f.Name, f => Gather(f.Values, rows), StringComparer.Ordinal), Gather(table.Target, rows));
    }

    // The rows' weights are a batch input like any other.
    private IReadOnlyList<Tensor> StepInputs(IGraphRunner runner, DataTable table) =>
        [.. Features(runner, table), .. table.Weight is { } weight ? (Tensor[])[weight] : []];

    private IReadOnlyList<Tensor> Features(IGraphRunner runner, DataTable table)
    {
        if (Fitted.PerBatch)
        {
            return [.. table.Features.Select(f => f.Values)];
        }

        using IGraphSession session = runner.Open(Model.Of(Fitted.Graph), []);
        Dictionary<string, Tensor> byName = table.Features.ToDictionary(f => f.Name, f => f.Values, StringComparer.Ordinal);
        var fetches = new Tensor?[1];
        session.Run([.. session.Feeds.Select(f => byName[f.Name])], fetches);
        return [fetches[0]!];
    }

    private static Graph IdentityOf(ValueInfo features)
    {
        var g = new GraphBuilder("prepared");
        g.Output(g.Input("features", features.Type), "same");
        return g.Build();
    }

    private static DataTable ForTask(LoadedConfig config, DataTable table, string part)
    {
        try
        {
            return TaskTarget.Of(table, Targets.TaskOf(config.Options.Task));
        }
        catch (AnnealException error)
        {
            throw error.In(config.OriginOf(error.Code == ExitCode.Data ? part : "task").ToString());
        }
    }

    private static Tensor Gather(Tensor source, int[] rows)
    {
        bool isAll = rows.Length == source.Shape[0];
        if (isAll && rows.AsSpan().SequenceEqual(Enumerable.Range(0, rows.Length).ToArray()))
        {
            return source;
        }

        Tensor gathered = Tensor.Zeros(source.Type, [rows.Length, .. source.Shape[1..]]);
        for (int i = 0; i < rows.Length; i++)
        {
            if (source.Type == DType.String)
            {
                // Rows of strings are copies, not views to write into.
                source.Rows(rows[i], 1).Strings.CopyTo(gathered.Strings, i * (gathered.Length / rows.Length));
            }
            else
            {
                source.Rows(rows[i], 1).CopyTo(gathered.Rows(i, 1));
            }
        }

        return gathered;
    }
}
