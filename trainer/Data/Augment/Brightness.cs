using System.Numerics.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Multiplies an image by a factor drawn evenly from 1 - range to 1 + range.</summary>
/// <param name="Range">The range, in (0, 1].</param>
public sealed record Brightness(double Range) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "brightness";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random) =>
        TensorPrimitives.Multiply(canvas.Pixels, (float)random.Between(0, 1 - Range, 1 + Range), canvas.Pixels);
}
