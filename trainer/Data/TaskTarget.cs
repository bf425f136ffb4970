using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Data;

/// <summary>Brings the target of a table into the form that its task learns from.</summary>
public static class TaskTarget
{
    /// <summary>Checks the target and converts it.</summary>
    /// <param name="table">The table as it was read.</param>
    /// <param name="task">The task.</param>
    /// <returns>
    /// The table with int64 [rows] of class indices; for a binary task of 0 and 1, two class names included; for labels float [rows, L] of 0 and 1 with
    /// their names; for a regression float [rows] or [rows, K].
    /// </returns>
    /// <exception cref="AnnealException">The target is none of the task's.</exception>
    public static DataTable Of(DataTable table, LearningTask task)
    {
        bool isIndex = table.Target.Type == DType.Int64;
        return task switch
        {
            LearningTask.Classification when isIndex => table,
            LearningTask.Binary when isIndex => table.ClassNames!.Count == 2 ? table : throw NotTwo(table.ClassNames),
            LearningTask.Binary when table.Target.Rank == 1 => Indices(table),
            LearningTask.Multilabel when table.Target.Rank == 2 => Labels(table),
            LearningTask.Regression when !isIndex => table,
            _ => throw AnnealException.BadUsage(
                $"the task is {task.ToString().ToLowerInvariant()}, but the label is {(isIndex ? "a category" : table.Target.Rank == 1 ? "a number" : "of several columns")}",
                "change 'task', or the label's type"),
        };
    }

    private static AnnealException NotTwo(IReadOnlyList<string> names) => AnnealException.BadData(
        string.Create(CultureInfo.InvariantCulture, $"a binary task has two classes, and the labels have {names.Count}: {string.Join(", ", names.Take(5))}{(names.Count > 5 ? ", …" : "")}"),
        "of more classes the task is classification");

    private static DataTable Indices(DataTable table)
    {
        CheckBits(table);
        return new DataTable(table.Features, Tensor.Vector<long>([.. table.Target.Span<float>().ToArray().Select(v => (long)v)]), ["0", "1"])
        {
            Warnings = table.Warnings,
            Weight = table.Weight,
            Marks = table.Marks,
        };
    }

    private static DataTable Labels(DataTable table)
    {
        CheckBits(table);
        int count = table.Target.Shape[1];
        if (table.TargetNames is { } names && names.Count != count)
        {
            throw AnnealException.BadUsage($"{names.Count} names for {count} labels", "set 'export.labels' to a name for each label, or leave it out");
        }

        return new DataTable(table.Features, table.Target, table.TargetNames ?? [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))])
        {
            Warnings = table.Warnings,
            Weight = table.Weight,
            Marks = table.Marks,
        };
    }

    private static void CheckBits(DataTable table)
    {
        ReadOnlySpan<float> values = table.Target.Span<float>();
        int bad = values.IndexOfAnyExcept(0f, 1f);
        if (bad >= 0)
        {
            int width = values.Length / table.Rows;
            string label = width == 1 ? "the label" : $"label {table.TargetNames?[bad % width] ?? (bad % width).ToString(CultureInfo.InvariantCulture)}";
            throw AnnealException.BadData(FormattableString.Invariant($"row {bad / width} (from 0): {label} is {values[bad]}, expected 0 or 1"));
        }
    }
}
