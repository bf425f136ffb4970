using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Splits;

namespace Anneal.Pipeline.Stages;

/// <summary>A pipeline's rows as they are in the files, and who serves what.</summary>
internal sealed class LoadedData
{
    private readonly LoadedConfig _config;
    private readonly bool _hasTestSource;

    private LoadedData(LoadedConfig config, DataTable train, DataTable? test, SplitPlan plan)
    {
        _config = config;
        _hasTestSource = test is not null;
        Train = train;
        Test = test ?? train;
        Plan = plan;
        TestRows = test is null ? plan.Test : [.. Enumerable.Range(0, test.Rows)];
        Columns = config.Options.Data.Train is CsvOptions ? [.. train.Features.Select(f => f.Name)] : [];
    }

    /// <summary>The table to train on.</summary>
    public DataTable Train { get; }

    /// <summary>The table to test on; that to train on where there is no other.</summary>
    public DataTable Test { get; }

    /// <summary>The folds.</summary>
    public SplitPlan Plan { get; }

    /// <summary>The test rows of <see cref="Test"/>.</summary>
    public int[] TestRows { get; }

    /// <summary>The columns of a table that are inputs, in order; empty for arrays.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The names of classes, labels or of several numbers; empty where there are none.</summary>
    public IReadOnlyList<string> AnswerNames => Train.ClassNames ?? Train.TargetNames ?? [];

    /// <summary>What reading found worth a warning.</summary>
    public IReadOnlyList<string> Warnings => [.. Train.Warnings, .. _hasTestSource ? Test.Warnings : []];

    /// <summary>What is worth knowing of the data, in a line.</summary>
    public string Summary
    {
        get
        {
            string kinds = string.Join(", ", Train.Features.Take(3).Select(f => $"{f.Name} {f.Values.Type.Name()}[{string.Join(",", f.Values.Shape[1..].ToArray())}]"));
            string more = Train.Features.Count > 3 ? $", … ({Train.Features.Count} inputs)" : "";
            int width = Train.Target.Length / Train.Rows;
            string target = _config.Options.Task switch
            {
                TaskKind.Multilabel => $"{width} labels",
                TaskKind.Regression => width == 1 ? "a number" : $"{width} numbers",
                _ => $"{AnswerNames.Count} classes",
            };
            string folds = Plan.Folds.Count > 1 ? FormattableString.Invariant($"{Plan.Folds.Count} folds, the first with ") : "";
            return FormattableString.Invariant(
                $"{folds}{Plan.Folds[0].Train.Length} rows to train on, {Plan.Folds[0].Validation.Length} to validate on, {TestRows.Length} to test on; {kinds}{more} → {target}");
        }
    }

    /// <summary>Loads and splits.</summary>
    /// <param name="config">The configuration.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="AnnealException">A file is wrong, or does not fit the task or the split.</exception>
    public static LoadedData Load(LoadedConfig config)
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

        Signatures.Check(config, train);
        var loaded = new LoadedData(config, train, test, PlanOf(config, train));
        if (test is not null && loaded.Plan.Test.Length > 0)
        {
            throw AnnealException.BadData($"{loaded.Plan.Test.Length} rows are marked 'test', and the data has test rows of its own").In(SplitOrigin(config));
        }

        return loaded.TestRows.Length > 0 || !options.Validate.Metric.Keys.Any(m => m.StartsWith("test.", StringComparison.Ordinal))
            ? loaded
            : throw AnnealException.BadData("a gate limits a metric on test rows, and no row is marked 'test'").In(SplitOrigin(config));
    }

    /// <summary>Fits the preprocessing of one training.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="config">The pipeline as that training sees it; null where it is the one that was loaded.</param>
    /// <returns>The data as that training sees it.</returns>
    public PreparedData Prepare(SplitRows rows, LoadedConfig? config = null) => new(this, config ?? _config, rows);

    /// <summary>The hash of the test rows: of their files, and of which rows of them are meant.</summary>
    /// <param name="fileHashes">The hash of each data file, in the order of <see cref="Sources.Files"/>.</param>
    /// <returns>A key that no other test set has.</returns>
    public string TestKey(IReadOnlyList<string> fileHashes)
    {
        int ofTrain = Sources.FilesOf(Sources.Train(_config)).Count();
        return _hasTestSource
            ? StageKey.Of([.. fileHashes.Skip(ofTrain).Take(Sources.FilesOf(Sources.Test(_config)!).Count())])
            : StageKey.Of([.. fileHashes.Take(ofTrain), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes<int>(TestRows)))]);
    }

    private static DataTable ForTask(LoadedConfig config, DataTable table, string part)
    {
        if (config.Options.Data.Classes is { } classes)
        {
            try
            {
                table = table.OfClasses(classes);
            }
            catch (AnnealException error)
            {
                throw error.In(part).In($"{config.OriginOf("data.classes")} data.classes");
            }
        }

        try
        {
            return TaskTarget.Of(table, Targets.TaskOf(config.Options.Task));
        }
        catch (AnnealException error)
        {
            throw error.In(config.OriginOf(error.Code == ExitCode.Data ? part : "task").ToString());
        }
    }

    private static SplitPlan PlanOf(LoadedConfig config, DataTable train)
    {
        try
        {
            return Splits.Of(config.Options.Data.Split).Of(new SplitInput(train.Rows, (ulong)config.Options.Seed)
            {
                Classes = train.Target.Type == DType.Int64 ? train.Target.Span<long>().ToArray() : null,
                ClassNames = train.Target.Type == DType.Int64 ? train.ClassNames : null,
                Marks = Splits.Marks(config, train),
            });
        }
        catch (AnnealException error)
        {
            throw error.In(Sources.FilesOf(Sources.Train(config)).First()).In(SplitOrigin(config));
        }
    }

    private static string SplitOrigin(LoadedConfig config) => $"{config.OriginOf("data.split")} data.split";
}
