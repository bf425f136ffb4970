namespace Anneal.Trainer.Data.Augment;

/// <summary>Sets a square to one value; its centre is any pixel, so that a part of it may lie outside.</summary>
/// <param name="Size">The square's side, in pixels, at least 1.</param>
/// <param name="Value">The value: of bytes from 0 to 255, of floats in the features' own unit.</param>
/// <seealso href="https://arxiv.org/abs/1708.04552">DeVries, Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017</seealso>
public sealed record Cutout(int Size, double Value = 0) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "cutout";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        (int height, int width) = (canvas.Shape.Height, canvas.Shape.Width);
        int top = random.Below(0, height) - (Size / 2);
        int left = random.Below(1, width) - (Size / 2);
        (int first, int last) = (Math.Max(left, 0), Math.Min(left + Size, width));
        Span<float> pixels = canvas.Pixels;
        for (int channel = 0; channel < canvas.Shape.Channels; channel++)
        {
            for (int y = Math.Max(top, 0); y < Math.Min(top + Size, height); y++)
            {
                pixels[((((channel * height) + y) * width) + first)..((((channel * height) + y) * width) + last)].Fill((float)Value);
            }
        }
    }
}
