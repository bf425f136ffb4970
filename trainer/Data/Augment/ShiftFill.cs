namespace Anneal.Trainer.Data.Augment;

/// <summary>What fills the pixels that a shift leaves empty.</summary>
public enum ShiftFill
{
    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The nearest pixel of the image.</summary>
    Edge,

    /// <summary>The image mirrored at its outermost pixel, which is not repeated.</summary>
    Reflect,
}
