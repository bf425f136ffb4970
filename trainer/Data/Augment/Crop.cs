using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Cuts a rectangle out of the padded image at a random place and brings it to the image's size.</summary>
/// <param name="Padding">Pixels added on each side.</param>
/// <param name="MinArea">The least share of the image's area; the share is drawn evenly from here to 1.</param>
/// <param name="MaxRatio">How much wider than high, or higher than wide, in proportion to the image; the ratio is drawn evenly by its logarithm.</param>
/// <param name="Fill">What the padding holds.</param>
/// <remarks>With the whole area and ratio 1 the rectangle has the image's size and is cut at whole pixels, so that nothing is interpolated.</remarks>
public sealed record Crop(int Padding, double MinArea, double MaxRatio, BorderFill Fill) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "crop";

    /// <inheritdoc/>
    public override void Check(ImageShape shape)
    {
        if (Padding >= Math.Min(shape.Height, shape.Width))
        {
            throw AnnealException.BadUsage($"a crop with a padding of {Padding} pixels can miss all of an image of {shape.Height}×{shape.Width}", "lower 'padding'");
        }
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        if (MinArea == 1 && MaxRatio == 1)
        {
            canvas.Move(AffineMap.Shift(random.Below(1, (2 * Padding) + 1) - Padding, random.Below(0, (2 * Padding) + 1) - Padding), Fill);
            return;
        }

        (int height, int width) = (canvas.Shape.Height, canvas.Shape.Width);
        double area = random.Between(2, MinArea, 1);
        double ratio = Math.Exp(random.Between(3, -Math.Log(MaxRatio), Math.Log(MaxRatio)));
        double across = Math.Min(width * Math.Sqrt(area * ratio), width + (2 * Padding));
        double down = Math.Min(height * Math.Sqrt(area / ratio), height + (2 * Padding));
        double left = random.Between(1, -Padding, width + Padding - across);
        double top = random.Between(0, -Padding, height + Padding - down);
        (double stepX, double stepY) = (across / width, down / height);
        canvas.Move(new AffineMap(stepX, 0, left + (stepX / 2) - 0.5, 0, stepY, top + (stepY / 2) - 0.5), Fill);
    }
}
