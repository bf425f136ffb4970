using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Displaces each pixel by two random fields: numbers drawn evenly from -1 to 1, smoothed by a Gaussian, times a factor.</summary>
/// <param name="Alpha">The factor, in pixels, above 0.</param>
/// <param name="Sigma">The Gaussian's deviation, in pixels, above 0; it is cut at three of them and normalised.</param>
/// <param name="Fill">What is read beyond the border.</param>
/// <seealso href="https://doi.org/10.1109/ICDAR.2003.1227801">Simard, Steinkraus, Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis", 2003</seealso>
public sealed record Elastic(double Alpha, double Sigma, BorderFill Fill) : Augmentation
{
    private readonly float[] _weights = Weights(Sigma);

    /// <inheritdoc/>
    public override string Name => "elastic";

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        int area = canvas.Shape.Height * canvas.Shape.Width;
        Span<float> fields = canvas.Scratch(0, 2 * area);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(canvas.Scratch(1, 2 * area));
        random.Fill(bits);
        TensorPrimitives.ConvertTruncating<uint, float>(bits, fields);
        TensorPrimitives.Multiply(fields, 1 / 2147483648f, fields);
        TensorPrimitives.Subtract(fields, 1, fields);
        Smooth(canvas, fields[..area]);
        Smooth(canvas, fields[area..]);
        canvas.Displace(fields[..area], fields[area..], Fill);
    }

    // Rows lie with as many zeros between them as the kernel reaches, so that each tap is one product over all rows.
    private void Smooth(Canvas canvas, Span<float> field)
    {
        (int height, int width) = (canvas.Shape.Height, canvas.Shape.Width);
        int reach = _weights.Length / 2;
        int pitch = width + (2 * reach);
        Span<float> padded = canvas.Scratch(2, (height + (2 * reach)) * pitch);
        Span<float> columns = canvas.Scratch(3, (height * pitch) + (2 * reach));
        Span<float> smooth = canvas.Scratch(4, height * pitch);
        padded.Clear();
        for (int y = 0; y < height; y++)
        {
            field.Slice(y * width, width).CopyTo(padded[(((y + reach) * pitch) + reach)..]);
        }

        columns.Clear();
        smooth.Clear();
        for (int tap = 0; tap < _weights.Length; tap++)
        {
            Span<float> sum = columns[..(height * pitch)];
            TensorPrimitives.MultiplyAdd(padded.Slice(tap * pitch, height * pitch), _weights[tap], sum, sum);
        }

        for (int tap = 0; tap < _weights.Length; tap++)
        {
            TensorPrimitives.MultiplyAdd(columns.Slice(tap, height * pitch), _weights[tap], smooth, smooth);
        }

        for (int y = 0; y < height; y++)
        {
            TensorPrimitives.Multiply(smooth.Slice(y * pitch, width), (float)Alpha, field.Slice(y * width, width));
        }
    }

    private static float[] Weights(double sigma)
    {
        int reach = (int)Math.Ceiling(3 * sigma);
        double[] weights = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(i => Math.Exp(-i * i / (2 * sigma * sigma)))];
        double sum = weights.Sum();
        return [.. weights.Select(w => (float)(w / sum))];
    }
}
