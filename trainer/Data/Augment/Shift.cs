using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Moves an image by whole pixels: dy and dx are drawn evenly from -pixels to pixels.</summary>
/// <param name="Pixels">The largest distance in each direction, in pixels, at least 1.</param>
/// <param name="Fill">What fills the pixels left empty.</param>
public sealed record Shift(int Pixels, ShiftFill Fill) : Augmentation
{
    private const int Outside = -1;

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
    public override void Apply(ReadOnlySpan<byte> source, ImageShape shape, SampleRandom random, Span<byte> destination)
    {
        int dy = random.Below(0, (2 * Pixels) + 1) - Pixels;
        int dx = random.Below(1, (2 * Pixels) + 1) - Pixels;
        (int height, int width) = (shape.Height, shape.Width);
        for (int row = 0; row < shape.Channels * height; row++)
        {
            int y = row % height;
            int from = At(y - dy, height);
            Span<byte> to = destination.Slice(row * width, width);
            if (from == Outside)
            {
                to.Clear();
            }
            else
            {
                Move(source.Slice((row - y + from) * width, width), dx, to);
            }
        }
    }

    private void Move(ReadOnlySpan<byte> source, int dx, Span<byte> destination)
    {
        int width = source.Length;
        int start = Math.Max(dx, 0);
        int end = width + Math.Min(dx, 0);
        source[(start - dx)..(end - dx)].CopyTo(destination[start..end]);
        for (int x = 0; x < start; x++)
        {
            destination[x] = At(x - dx, width) is >= 0 and int from ? source[from] : (byte)0;
        }

        for (int x = end; x < width; x++)
        {
            destination[x] = At(x - dx, width) is >= 0 and int from ? source[from] : (byte)0;
        }
    }

    private int At(int position, int size) => position >= 0 && position < size ? position : Fill switch
    {
        ShiftFill.Edge => Math.Clamp(position, 0, size - 1),
        ShiftFill.Reflect => position < 0 ? -position : (2 * (size - 1)) - position,
        _ => Outside,
    };
}
