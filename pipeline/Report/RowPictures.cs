using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Report;

/// <summary>Rows of pixels, and weights that look at pixels, as images.</summary>
internal static class RowPictures
{
    private const int MostFilters = 64;

    /// <summary>A row of a tensor of pixels.</summary>
    /// <param name="rows">uint8 [N, H, W], [N, C, H, W] or [N, H, W, C] with 1 or 3 channels, or float with channels, whose image spans its own least and largest value; anything else has no image.</param>
    /// <param name="row">The row.</param>
    /// <returns>The image, or null.</returns>
    public static Picture? Of(Tensor rows, int row)
    {
        // Floats of two sizes are sequences as well as images.
        if (!(rows.Type == DType.UInt8 || (rows is { Type: DType.Float, Rank: 4 })) || LayoutOf(rows.Shape[1..]) is not var (height, width, channels, isPlanar))
        {
            return null;
        }

        byte[] pixels = rows.Type == DType.UInt8 ? rows.Rows(row, 1).Bytes.ToArray() : Stretch(rows.Rows(row, 1).Span<float>().ToArray());
        if (!isPlanar)
        {
            return new Picture(width, height, channels, pixels);
        }

        byte[] image = new byte[pixels.Length];
        for (int i = 0; i < image.Length; i++)
        {
            image[i] = pixels[(i % channels * height * width) + (i / channels)];
        }

        return new Picture(width, height, channels, image);
    }

    /// <summary>The weights of a first layer, each unit's an image that spans its own least and largest weight.</summary>
    /// <param name="weights">float [filters, C, k, k] of a convolution, or [inputs, units] of a dense layer.</param>
    /// <param name="input">A row's sizes, for a dense layer: as in <see cref="Of"/>.</param>
    /// <returns>The sheet of up to 64 units, or null when the weights look at no image.</returns>
    public static Picture? Filters(Tensor weights, ReadOnlySpan<int> input)
    {
        Picture[] units = weights switch
        {
            { Rank: 4 } when weights.Shape[1] is 1 or 3 => [.. Enumerable.Range(0, Math.Min(MostFilters, weights.Shape[0])).Select(f => Planar(weights, f))],
            { Rank: 2 } when LayoutOf(input) is { } layout && layout.Height * layout.Width * layout.Channels == weights.Shape[0] =>
                [.. Enumerable.Range(0, Math.Min(MostFilters, weights.Shape[1])).Select(u => Column(weights, u, layout))],
            _ => [],
        };
        return units.Length == 0 ? null : Picture.Sheet(units, 16);
    }

    private static (int Height, int Width, int Channels, bool IsPlanar)? LayoutOf(ReadOnlySpan<int> shape) => shape switch
    {
        [var height, var width] => (height, width, 1, true),
        [1 or 3, var height, var width] => (height, width, shape[0], true),
        [var height, var width, 1 or 3] => (height, width, shape[2], false),
        _ => null,
    };

    private static Picture Planar(Tensor weights, int filter)
    {
        (int channels, int height, int width) = (weights.Shape[1], weights.Shape[2], weights.Shape[3]);
        int plane = height * width;
        ReadOnlySpan<float> all = weights.Rows(filter, 1).Span<float>();
        float[] values = new float[all.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = all[(i % channels * plane) + (i / channels)];
        }

        return new Picture(width, height, channels, Stretch(values));
    }

    private static Picture Column(Tensor weights, int unit, (int Height, int Width, int Channels, bool IsPlanar) layout)
    {
        int plane = layout.Height * layout.Width;
        int units = weights.Shape[1];
        ReadOnlySpan<float> all = weights.Span<float>();
        float[] values = new float[weights.Shape[0]];
        for (int i = 0; i < values.Length; i++)
        {
            int input = layout.IsPlanar ? (i % layout.Channels * plane) + (i / layout.Channels) : i;
            values[i] = all[(input * units) + unit];
        }

        return new Picture(layout.Width, layout.Height, layout.Channels, Stretch(values));
    }

    private static byte[] Stretch(float[] values)
    {
        float low = values.Min();
        float range = values.Max() - low;
        return [.. values.Select(v => (byte)(range > 0 ? Math.Clamp((v - low) / range * 255, 0, 255) : 128))];
    }
}
