namespace Anneal.Trainer.Data.Augment;

/// <summary>What of two rows goes into their mixture: share · first + (1 - share) · second inside a rectangle, the first as it is outside.</summary>
/// <param name="Share">The first row's share inside the rectangle.</param>
/// <param name="Top">The rectangle's first row of pixels.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Width">Its columns.</param>
/// <param name="TargetShare">The first row's share of what is to be predicted.</param>
public readonly record struct Mixture(float Share, int Top, int Left, int Height, int Width, float TargetShare);
