namespace Anneal.Trainer.Features;

/// <summary>What fills a missing number, before it is scaled.</summary>
public enum Imputation
{
    /// <summary>The mean of the numbers that are there.</summary>
    Mean,

    /// <summary>Their median; the mean of the middle two where their count is even.</summary>
    Median,

    /// <summary>A number that is given.</summary>
    Constant,
}
