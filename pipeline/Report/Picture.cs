namespace Anneal.Pipeline.Report;

/// <summary>An image of 8 bits a channel.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 for grey, 3 for red, green and blue.</param>
/// <param name="Pixels">[height, width, channels].</param>
internal sealed record Picture(int Width, int Height, int Channels, byte[] Pixels)
{
    /// <summary>The image as a PNG file.</summary>
    public byte[] ToPng() => Png.Encode(Pixels, Width, Channels);

    /// <summary>The image as an address that holds it.</summary>
    public string ToDataUri() => "data:image/png;base64," + Convert.ToBase64String(ToPng());

    /// <summary>Puts images of one size side by side, row after row, a pixel apart.</summary>
    /// <param name="images">The images; at least one.</param>
    /// <param name="columns">Images in a row.</param>
    /// <returns>The sheet.</returns>
    public static Picture Sheet(IReadOnlyList<Picture> images, int columns)
    {
        Picture first = images[0];
        columns = Math.Min(columns, images.Count);
        int rows = (images.Count + columns - 1) / columns;
        int width = (columns * (first.Width + 1)) - 1;
        int height = (rows * (first.Height + 1)) - 1;
        byte[] sheet = new byte[checked(width * height * first.Channels)];
        sheet.AsSpan().Fill(byte.MaxValue);
        int stride = first.Width * first.Channels;
        for (int i = 0; i < images.Count; i++)
        {
            int left = i % columns * (first.Width + 1);
            int top = i / columns * (first.Height + 1);
            for (int y = 0; y < first.Height; y++)
            {
                images[i].Pixels.AsSpan(y * stride, stride).CopyTo(sheet.AsSpan((((top + y) * width) + left) * first.Channels));
            }
        }

        return new Picture(width, height, first.Channels, sheet);
    }
}
