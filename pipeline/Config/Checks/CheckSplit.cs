using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The split leaves rows to train on and does not take what another source brings.</summary>
internal sealed class CheckSplit : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data"];

    public void Check(CheckContext context)
    {
        DataOptions data = context.Options.Data;
        if (data.Split is not HoldoutOptions holdout)
        {
            return;
        }

        if (holdout.Validation + holdout.Test >= 1)
        {
            context.Error("data.split.holdout", "'validation' and 'test' together leave no rows to train on");
        }

        if (holdout.Test > 0 && (data.Test is not null || data.Dataset is not null))
        {
            context.Error("data.split.holdout.test", "the data has test rows of its own");
        }

        if (holdout.Stratify == true && context.Options.Task is TaskKind.Regression or TaskKind.Multilabel)
        {
            string kind = context.Options.Task == TaskKind.Regression ? "a regression has" : "labels make";
            context.Error("data.split.holdout.stratify", $"{kind} no classes to stratify by");
        }
    }
}
