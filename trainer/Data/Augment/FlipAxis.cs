namespace Anneal.Trainer.Data.Augment;

/// <summary>The axis that a flip reverses.</summary>
public enum FlipAxis
{
    /// <summary>Left and right change places.</summary>
    Horizontal,

    /// <summary>Top and bottom change places.</summary>
    Vertical,
}
