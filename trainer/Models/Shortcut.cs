namespace Anneal.Trainer.Models;

/// <summary>How a residual block's input reaches the sum.</summary>
public enum Shortcut
{
    /// <summary>As it is, or through a convolution of window 1 and batch normalisation where the block changes the shape (He et al. 2015, option B).</summary>
    Projection,

    /// <summary>As it is; the block must keep the shape.</summary>
    Identity,

    /// <summary>As it is; where the block changes the shape, every stride-th pixel with channels of zeros behind (He et al. 2015, option A).</summary>
    Pad,
}
