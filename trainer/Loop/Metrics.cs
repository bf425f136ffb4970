namespace Anneal.Trainer.Loop;

/// <summary>Metric values by name, in name order; <c>loss</c> is always there.</summary>
public sealed class Metrics : SortedDictionary<string, double>
{
    /// <summary>The loss.</summary>
    public const string Loss = "loss";

    /// <summary>The share of rows whose class is right.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Creates an empty set.</summary>
    public Metrics()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Whether larger values of a metric are better.</summary>
    /// <param name="name">The metric's name.</param>
    /// <returns>False for losses and errors.</returns>
    public static bool HigherIsBetter(string name) => name is Accuracy or "r2";
}
