using System.Reflection;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Splits;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of a split into the trainer's own.</summary>
internal static class Splits
{
    /// <summary>The key that chose the split.</summary>
    public static string NameOf(SplitOptions split) => split.GetType().GetCustomAttribute<KeyAttribute>()!.Name;

    /// <summary>The fraction of the training source's rows to test on.</summary>
    public static double TestShare(SplitOptions split) => split switch
    {
        HoldoutOptions o => o.Test,
        KfoldOptions o => o.Test,
        RepeatedKfoldOptions o => o.Test,
        BootstrapOptions o => o.Test,
        TimeOptions o => o.Test,
        GroupOptions o => o.Test,
        _ => 0,
    };

    /// <summary>The split.</summary>
    public static RowSplit Of(SplitOptions split)
    {
        RowSplit made = split switch
        {
            HoldoutOptions o => new HoldoutSplit(o.Validation, o.Stratify == true),
            KfoldOptions o => new KFoldSplit(o.K, o.Stratify == true) { Shuffle = o.Shuffle },
            RepeatedKfoldOptions o => new KFoldSplit(o.K, o.Stratify == true) { Repeats = o.Repeats },
            BootstrapOptions o => new BootstrapSplit(o.Rounds, o.Stratify == true),
            TimeOptions o => new TimeSplit(o.Validation ?? 0, o.Cut),
            GroupOptions o => new GroupSplit(o.K, o.Validation ?? 0),
            GivenOptions => new GivenSplit(),
            _ => throw new NotSupportedException($"no split for {split.GetType().Name}"),
        };
        return made with { Test = TestShare(split) };
    }

    /// <summary>What each row bears that the split goes by; null where it goes by nothing.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="table">The training rows.</param>
    public static IReadOnlyList<string>? Marks(LoadedConfig config, DataTable table) =>
        MarksFile(config) is { } file ? RowMarks.Read(file, table.Rows) : table.Marks;

    /// <summary>The file of the rows' marks; null where there is none.</summary>
    public static string? MarksFile(LoadedConfig config) =>
        (config.Options.Data.Split as ISplitMarks)?.File is { } file ? config.Files.Find(file) ?? file : null;

    /// <summary>The column of the rows' marks; null where there is none.</summary>
    public static string? MarksColumn(LoadedConfig config) => (config.Options.Data.Split as ISplitMarks)?.Column;
}
