using System.Globalization;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The split leaves rows to train on, finds what it goes by, and does not take what another source brings.</summary>
internal sealed class CheckSplit : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "final"];

    public void Check(CheckContext context)
    {
        SplitOptions split = context.Options.Data.Split;
        string path = "data.split." + Splits.NameOf(split);
        switch (split)
        {
            case HoldoutOptions o:
                CheckShares(context, path, o.Validation + o.Test);
                CheckStratify(context, path, o.Stratify);
                break;
            case KfoldOptions o:
                CheckFolds(context, path, o.K);
                CheckStratify(context, path, o.Stratify);
                break;
            case RepeatedKfoldOptions o:
                CheckFolds(context, path, o.K);
                CheckStratify(context, path, o.Stratify);
                break;
            case BootstrapOptions o:
                CheckStratify(context, path, o.Stratify);
                break;
            case TimeOptions o:
                CheckShares(context, path, (o.Validation ?? 0) + o.Test);
                CheckOne(context, path, ("validation", o.Validation is not null), ("cut", o.Cut is not null));
                break;
            case GroupOptions o:
                CheckShares(context, path, (o.Validation ?? 0) + o.Test);
                CheckOne(context, path, ("k", o.K is not null), ("validation", o.Validation is not null));
                if (o.K is { } k)
                {
                    CheckFolds(context, path, k);
                }

                break;
        }

        CheckTest(context, path, split);
        CheckMarks(context, path, split as ISplitMarks);
        if (context.Options.Final is not null && !context.HasValidationRows)
        {
            context.Error("final", "has no use here: 'data.split' holds no validation rows out, so training has all rows already");
        }

        if (context.Options.Final is not null && context.Options.Train.AllPhases().Any(p => p.Schedule is ReduceOnPlateauOptions))
        {
            context.Error("final", "trains on the validation rows too, and the schedule 'reduce_on_plateau' waits for a metric on them. hint: take another schedule");
        }
    }

    private static void CheckShares(CheckContext context, string path, double held)
    {
        if (held >= 1)
        {
            context.Error(path, "'validation' and 'test' together leave no rows to train on");
        }
    }

    private static void CheckStratify(CheckContext context, string path, bool? stratify)
    {
        if (stratify == true && context.Options.Task is TaskKind.Regression or TaskKind.Multilabel)
        {
            string kind = context.Options.Task == TaskKind.Regression ? "a regression has" : "labels make";
            context.Error($"{path}.stratify", $"{kind} no classes to stratify by");
        }
    }

    private static void CheckFolds(CheckContext context, string path, int k)
    {
        if (InputHeader.RowsOf(context) is { } rows && k > rows)
        {
            context.Error($"{path}.k", string.Create(CultureInfo.InvariantCulture, $"{k} folds of {rows} rows: a fold would have no row"));
        }
    }

    private static void CheckTest(CheckContext context, string path, SplitOptions split)
    {
        DataOptions data = context.Options.Data;
        if (Splits.TestShare(split) > 0 && (data.Test is not null || data.Dataset is not null))
        {
            context.Error($"{path}.test", "the data has test rows of its own");
        }
    }

    private static void CheckMarks(CheckContext context, string path, ISplitMarks? marks)
    {
        if (marks is null)
        {
            return;
        }

        CheckOne(context, path, ("column", marks.Column is not null), ("file", marks.File is not null));
        if (marks is { Column: null, File: null } and (not TimeOptions or TimeOptions { Cut: not null }))
        {
            context.Error(path, "needs 'column', a table's column, or 'file', an array of the rows' marks");
        }

        if (marks.Column is { } column)
        {
            if (context.Options.Data.Train is not CsvOptions table)
            {
                context.Error($"{path}.column", "only a table has columns. hint: give a 'file', a .npy array of one number a row");
            }
            else if (table.Columns is { } columns && !columns.ContainsKey(column))
            {
                context.Error($"{path}.column", $"no column '{column}'{Suggestion.For(column, [.. columns.Keys])}");
            }
            else if (context.Options.Data.Targets().Contains(column))
            {
                context.Error($"{path}.column", "is the label: rows cannot be held out by what is to be predicted");
            }
        }
    }

    private static void CheckOne(CheckContext context, string path, (string Key, bool IsGiven) first, (string Key, bool IsGiven) second)
    {
        if (first.IsGiven && second.IsGiven)
        {
            context.KeyError($"{path}.{second.Key}", $"only one can be given, and '{first.Key}' is already there");
        }
    }
}
