using System.Globalization;
using System.Numerics;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Changes saturation and hue of red, green and blue and keeps the luma Y = 0.299 R + 0.587 G + 0.114 B: in YUV the colour (U, V) is
/// multiplied by a factor and turned by an angle.</summary>
/// <param name="Saturation">The factor is drawn evenly from 1 - saturation to 1 + saturation; in [0, 1].</param>
/// <param name="Hue">The angle is drawn evenly from -hue to hue, as a share of the circle; in [0, 0.5].</param>
public sealed record Colour(double Saturation, double Hue) : Augmentation
{
    private const float Red = 0.299f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    // U = 0.492 (B - Y), V = 0.877 (R - Y).
    private const double BlueToRed = 0.492 / 0.877;

    /// <inheritdoc/>
    public override string Name => "color";

    /// <inheritdoc/>
    public override void Check(ImageShape shape)
    {
        if (shape.Channels != 3)
        {
            throw AnnealException.BadUsage(
                string.Create(CultureInfo.InvariantCulture, $"color needs the channels red, green and blue; these images have {shape.Channels}"), "use brightness or contrast");
        }
    }

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        double factor = random.Between(0, 1 - Saturation, 1 + Saturation);
        (double sin, double cos) = Math.SinCos(2 * Math.PI * random.Between(1, -Hue, Hue));
        int area = canvas.Shape.Height * canvas.Shape.Width;
        Span<float> pixels = canvas.Pixels;
        Turn(pixels[..area], pixels.Slice(area, area), pixels[(2 * area)..], (float)(factor * cos), (float)(factor * sin * BlueToRed), (float)(-factor * sin / BlueToRed));
    }

    /// <summary>R - Y becomes keep·(R - Y) + toRed·(B - Y), and B - Y becomes keep·(B - Y) + toBlue·(R - Y).</summary>
    private static void Turn(Span<float> red, Span<float> green, Span<float> blue, float keep, float toRed, float toBlue)
    {
        int i = 0;
        for (; i <= red.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector<float> r, Vector<float> g, Vector<float> b) = (new(red[i..]), new(green[i..]), new(blue[i..]));
            Vector<float> luma = (r * Red) + (g * Green) + (b * Blue);
            (r, b) = (r - luma, b - luma);
            Vector<float> newRed = (r * keep) + (b * toRed);
            Vector<float> newBlue = (b * keep) + (r * toBlue);
            (luma + newRed).CopyTo(red[i..]);
            (luma - (newRed * (Red / Green)) - (newBlue * (Blue / Green))).CopyTo(green[i..]);
            (luma + newBlue).CopyTo(blue[i..]);
        }

        for (; i < red.Length; i++)
        {
            float luma = (red[i] * Red) + (green[i] * Green) + (blue[i] * Blue);
            (float r, float b) = (red[i] - luma, blue[i] - luma);
            float newRed = (r * keep) + (b * toRed);
            float newBlue = (b * keep) + (r * toBlue);
            red[i] = luma + newRed;
            green[i] = luma - (newRed * (Red / Green)) - (newBlue * (Blue / Green));
            blue[i] = luma + newBlue;
        }
    }
}
