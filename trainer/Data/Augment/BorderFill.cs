namespace Anneal.Trainer.Data.Augment;

/// <summary>What is read beyond an image's border.</summary>
public enum BorderFill
{
    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The nearest pixel of the image.</summary>
    Edge,

    /// <summary>The image mirrored at its outermost pixel, which is not repeated.</summary>
    Reflect,
}
