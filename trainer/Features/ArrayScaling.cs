namespace Anneal.Trainer.Features;

/// <summary>How the elements of arrays are scaled: (x · scale - mean) / std.</summary>
public sealed record ArrayScaling
{
    /// <summary>The factor applied first; null for 1/255 for uint8 and 1 for anything else.</summary>
    public double? Scale { get; init; }

    /// <summary>Whether mean and deviation are those of all elements of the training rows.</summary>
    public bool Standardize { get; init; }

    /// <summary>What is subtracted after scaling, unless it is fitted.</summary>
    public double Mean { get; init; }

    /// <summary>What is divided by last, unless it is fitted.</summary>
    public double Std { get; init; } = 1;
}
