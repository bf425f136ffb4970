using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>The sizes of an image whose pixels lie channel by channel, row by row.</summary>
/// <param name="Channels">The number of channels.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>The number of elements.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>The shape of images in an array.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">[N, C, H, W] or, of one channel, [N, H, W].</param>
    /// <returns>The shape of one image.</returns>
    /// <exception cref="AnnealException">The elements are neither uint8 nor float, or the array has another number of dimensions.</exception>
    public static ImageShape Of(DType type, ReadOnlySpan<int> shape) => shape switch
    {
        _ when type is not (DType.UInt8 or DType.Float) => throw NotImages(type, shape),
        [_, int height, int width] => new ImageShape(1, height, width),
        [_, int channels, int height, int width] => new ImageShape(channels, height, width),
        _ => throw NotImages(type, shape),
    };

    /// <summary>The shape of rows that need not be images: all of a row's elements side by side.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">[N, ...].</param>
    /// <returns>The shape of one row.</returns>
    /// <exception cref="AnnealException">The elements are neither uint8 nor float.</exception>
    public static ImageShape OfRows(DType type, ReadOnlySpan<int> shape) => shape.Length == 2 && type is DType.UInt8 or DType.Float
        ? new ImageShape(1, 1, shape[1])
        : Of(type, shape);

    private static AnnealException NotImages(DType type, ReadOnlySpan<int> shape)
    {
        string sizes = string.Join(", ", ["N", .. shape.Length == 0 ? [] : shape[1..].ToArray().Select(s => s.ToString(CultureInfo.InvariantCulture))]);
        return AnnealException.BadUsage(
            $"only images can be augmented so, uint8 or float of shape [N, C, H, W] or [N, H, W]; these rows are {type.Name()} [{sizes}]",
            "leave the augmentation out, or give the rows as images");
    }
}
