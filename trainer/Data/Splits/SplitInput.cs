namespace Anneal.Trainer.Data.Splits;

/// <summary>What a split may go by.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record SplitInput(int Rows, ulong Seed)
{
    /// <summary>[rows] class indices; null where there are no classes.</summary>
    public long[]? Classes { get; init; }

    /// <summary>The classes' names in errors.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>[rows] each row's group, time or part as text; null where the split goes by none.</summary>
    public IReadOnlyList<string>? Marks { get; init; }

    internal string ClassName(int index) => ClassNames?[index] ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
