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

        if (data.Label is null)
        {
            context.Error("data.label", "a table needs the name of its label column");
            return;
        }

        CheckLabel(context, "data.train.csv.columns", train.Columns, data.Label);
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

        if (!train.Columns.Any(c => c.Value != ColumnKind.Ignore && c.Key != data.Label))
        {
            context.Error("data.train.csv.columns", "has no column to learn from");
        }
    }

    private static void CheckLabel(CheckContext context, string path, IReadOnlyDictionary<string, ColumnKind> columns, string label)
    {
        ColumnKind expected = context.Options.Task == TaskKind.Regression ? ColumnKind.Number : ColumnKind.Category;
        if (!columns.TryGetValue(label, out ColumnKind kind))
        {
            context.Error("data.label", $"no column '{label}'{Suggestion.For(label, [.. columns.Keys])}");
        }
        else if (kind != expected)
        {
            context.Error($"{path}.{label}", $"the label of this task must be of type {Schema.EnumShape.SnakeCase(expected.ToString())}");
        }
    }
}
