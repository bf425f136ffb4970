using Anneal.Onnx.Metrics;

namespace Anneal.Trainer.Loop;

/// <summary>Metric values by name, in name order; <c>loss</c> is always there.</summary>
public sealed class Metrics : SortedDictionary<string, double>
{
    /// <summary>The loss.</summary>
    public const string Loss = MetricTable.Loss;

    /// <summary>The share of rows that are answered rightly.</summary>
    public const string Accuracy = MetricTable.Accuracy;

    /// <summary>Creates an empty set.</summary>
    public Metrics()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Whether larger values of a metric are better.</summary>
    /// <param name="name">The metric's name.</param>
    /// <returns>False for losses and errors.</returns>
    public static bool HigherIsBetter(string name) => MetricTable.HigherIsBetter(name);
}
