using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>A rectangle of the second image, of the share 1 - λ of the area, in the first; targets are mixed by the area that lies inside.</summary>
/// <remarks>The rectangle has the image's proportions and any pixel as its centre, so that a part of it may lie outside.</remarks>
/// <seealso href="https://arxiv.org/abs/1905.04899">Yun et al., "CutMix", 2019</seealso>
public sealed record Cutmix : BatchMix
{
    /// <inheritdoc/>
    public override string Name => "cutmix";

    /// <inheritdoc/>
    public override void Check(ImageShape shape, bool isImage)
    {
        if (!isImage)
        {
            throw AnnealException.BadUsage("cutmix cuts images, and these rows are none", "use mixup");
        }
    }

    /// <inheritdoc/>
    public override Mixture Choose(ImageShape shape, SampleRandom random, uint draw)
    {
        double side = Math.Sqrt(1 - Beta.Draw(Alpha, random, draw + 2));
        (int top, int height) = Cut(shape.Height, side, random.Below(draw, shape.Height));
        (int left, int width) = Cut(shape.Width, side, random.Below(draw + 1, shape.Width));
        return new Mixture(0, top, left, height, width, 1 - ((float)height * width / (shape.Height * shape.Width)));
    }

    private static (int Start, int Length) Cut(int size, double share, int centre)
    {
        int length = (int)(size * share);
        int start = Math.Max(centre - (length / 2), 0);
        return (start, Math.Min(centre - (length / 2) + length, size) - start);
    }
}
