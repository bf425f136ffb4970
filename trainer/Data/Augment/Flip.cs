namespace Anneal.Trainer.Data.Augment;

/// <summary>Mirrors an image with probability 1/2.</summary>
/// <param name="Axis">The axis that is reversed.</param>
public sealed record Flip(FlipAxis Axis) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "flip";

    /// <inheritdoc/>
    public override void Apply(ReadOnlySpan<byte> source, ImageShape shape, SampleRandom random, Span<byte> destination)
    {
        if (random.Below(0, 2) == 0)
        {
            source.CopyTo(destination);
            return;
        }

        int rows = shape.Channels * shape.Height;
        for (int row = 0; row < rows; row++)
        {
            int from = Axis == FlipAxis.Vertical ? row + shape.Height - 1 - (2 * (row % shape.Height)) : row;
            Span<byte> to = destination.Slice(row * shape.Width, shape.Width);
            source.Slice(from * shape.Width, shape.Width).CopyTo(to);
            if (Axis == FlipAxis.Horizontal)
            {
                to.Reverse();
            }
        }
    }
}
