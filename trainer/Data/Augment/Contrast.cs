using System.Numerics.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Multiplies each number's distance from the image's mean by a factor drawn evenly from 1 - range to 1 + range.</summary>
/// <param name="Range">The range, in (0, 1].</param>
public sealed record Contrast(double Range) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "contrast";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        Span<float> pixels = canvas.Pixels;
        float mean = TensorPrimitives.Sum(pixels) / pixels.Length;
        float factor = (float)random.Between(0, 1 - Range, 1 + Range);
        TensorPrimitives.Multiply(pixels, factor, pixels);
        TensorPrimitives.Add(pixels, mean * (1 - factor), pixels);
    }
}
