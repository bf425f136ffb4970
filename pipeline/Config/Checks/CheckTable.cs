using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>A table names its columns and its label, and the label's type fits the task.</summary>
internal sealed class CheckTable : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data"];

    public void Check(CheckContext context)
    {
        DataOptions data = context.Options.Data;
        if (data.Train is not CsvOptions train)
        {
            return;
        }

        if (train.Columns is null)
        {
            context.Error("data.train.csv.columns", "a training table needs the name and type of each column");
            return;
        }

        if (data.Targets().Count == 0)
        {
            context.Error("data.label", "a table needs the name of its label column");
            return;
        }

        CheckLabels(context, train.Columns);
        CheckWeight(context, train.Columns);
        if (data.Test is CsvOptions { Columns: { } columns } && context.IsGiven("data.test.csv.columns"))
        {
            foreach ((string column, ColumnKind kind) in train.Columns)
            {
                if (kind != ColumnKind.Ignore && (!columns.TryGetValue(column, out ColumnKind other) || other != kind))
                {
                    context.Error("data.test.csv.columns", $"must have column '{column}' with the type it has in 'data.train'");
                }
            }
        }

        if (!train.Columns.Any(c => c.Value != ColumnKind.Ignore && c.Key != data.Weight && !data.Targets().Contains(c.Key)))
        {
            context.Error("data.train.csv.columns", "has no column to learn from");
        }
    }

    private static void CheckLabels(CheckContext context, IReadOnlyDictionary<string, ColumnKind> columns)
    {
        DataOptions data = context.Options.Data;
        TaskKind task = context.Options.Task;
        if (data.Labels is { Count: > 1 } && task is TaskKind.Classification or TaskKind.Binary)
        {
            context.Error("data.labels", "one column tells the class; several are for a multilabel task or a regression");
            return;
        }

        if (task == TaskKind.Multilabel && data.Targets().Count < 2)
        {
            context.Error(data.Labels is null ? "data.label" : "data.labels", "a multilabel task has a column for each label: 'labels: [a, b]'");
            return;
        }

        if (data.Targets().Distinct(StringComparer.Ordinal).Count() < data.Targets().Count)
        {
            context.Error("data.labels", "names a column twice");
        }

        for (int i = 0; i < data.Targets().Count; i++)
        {
            string label = data.Targets()[i];
            ColumnKind[] expected = task switch
            {
                TaskKind.Classification => [ColumnKind.Category],
                TaskKind.Binary when data.Positive is null => [ColumnKind.Category, ColumnKind.Number],
                TaskKind.Binary => [ColumnKind.Category],
                _ => [ColumnKind.Number],
            };
            if (!columns.TryGetValue(label, out ColumnKind kind))
            {
                context.Error(data.Labels is null ? "data.label" : FormattableString.Invariant($"data.labels.{i}"), $"no column '{label}'{Suggestion.For(label, [.. columns.Keys])}");
            }
            else if (!expected.Contains(kind))
            {
                string types = string.Join(" or ", expected.Select(e => Schema.EnumShape.SnakeCase(e.ToString())));
                context.Error($"data.train.csv.columns.{label}", $"the label of this task must be of type {types}");
            }
        }
    }

    private static void CheckWeight(CheckContext context, IReadOnlyDictionary<string, ColumnKind> columns)
    {
        if (context.Options.Data.Weight is not { } weight)
        {
            return;
        }

        if (!columns.TryGetValue(weight, out ColumnKind kind))
        {
            context.Error("data.weight", $"no column '{weight}'{Suggestion.For(weight, [.. columns.Keys])}");
        }
        else if (kind != ColumnKind.Number)
        {
            context.Error($"data.train.csv.columns.{weight}", "the weight must be of type number");
        }
        else if (context.Options.Data.Targets().Contains(weight))
        {
            context.Error("data.weight", "is a label too");
        }
    }
}
