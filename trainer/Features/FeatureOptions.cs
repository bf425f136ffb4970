namespace Anneal.Trainer.Features;

/// <summary>How raw inputs become the model's float input.</summary>
public sealed record FeatureOptions
{
    /// <summary>What becomes of a number column of a table.</summary>
    public NumberFeature Numbers { get; init; } = new();

    /// <summary>What becomes of a category column of a table.</summary>
    public CategoryFeature Categories { get; init; } = new();

    /// <summary>The number columns that have settings of their own.</summary>
    public IReadOnlyDictionary<string, NumberFeature> NumberColumns { get; init; } = new Dictionary<string, NumberFeature>();

    /// <summary>The category columns that have settings of their own.</summary>
    public IReadOnlyDictionary<string, CategoryFeature> CategoryColumns { get; init; } = new Dictionary<string, CategoryFeature>();

    /// <summary>Texts that stand for a missing category; the empty text always does.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>How pixels and other arrays are scaled.</summary>
    public ArrayScaling Arrays { get; init; } = new();
}
