namespace Anneal.Trainer.Data.Splits;

/// <summary>Who serves what of a table.</summary>
/// <param name="Folds">The folds, at least one.</param>
/// <param name="Test">Rows held out to judge by, in ascending order; in no fold.</param>
public sealed record SplitPlan(IReadOnlyList<Fold> Folds, int[] Test)
{
    /// <summary>All rows but those of the test, to train on: what the final fit takes.</summary>
    public SplitRows TrainAndValidation => new([.. Folds.SelectMany(f => f.Train.Concat(f.Validation)).Distinct().Order()], [], Test);

    /// <summary>The rows of one fold.</summary>
    /// <param name="name">The fold's name.</param>
    /// <returns>Its parts, with the test rows.</returns>
    public SplitRows Of(string name)
    {
        Fold fold = Folds.First(f => f.Name == name);
        return new SplitRows(fold.Train, fold.Validation, Test);
    }
}
