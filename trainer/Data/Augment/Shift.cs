using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Moves an image: dy and dx are drawn evenly from -pixels to pixels.</summary>
/// <param name="Pixels">The largest distance in each direction, in pixels, at least 1.</param>
/// <param name="Fill">What fills the pixels left empty.</param>
/// <param name="Subpixel">Whether the distance may be a fraction, rather than whole pixels.</param>
public sealed record Shift(int Pixels, BorderFill Fill, bool Subpixel = false) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "shift";

    /// <inheritdoc/>
    public override void Check(ImageShape shape)
    {
        if (Pixels >= Math.Min(shape.Height, shape.Width))
        {
            throw AnnealException.BadUsage($"a shift by {Pixels} pixels moves all of an image of {shape.Height}×{shape.Width} out of sight", "lower 'pixels'");
        }
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random) => canvas.Move(AffineMap.Shift(Distance(random, 1), Distance(random, 0)), Fill);

    private double Distance(SampleRandom random, uint draw) =>
        Subpixel ? random.Between(draw, -Pixels, Pixels) : random.Below(draw, (2 * Pixels) + 1) - Pixels;
}
