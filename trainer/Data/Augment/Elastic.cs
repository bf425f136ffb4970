using System.Numerics;
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
    private static readonly int s_block = 4 * Vector<float>.Count;
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

    // Rows lie with as many zeros between them as the kernel reaches, so that a tap is a distance in memory, across and down.
    private void Smooth(Canvas canvas, Span<float> field)
    {
        (int height, int width) = (canvas.Shape.Height, canvas.Shape.Width);
        int reach = _weights.Length / 2;
        int pitch = width + (2 * reach);
        int length = (height * pitch) + s_block;
        Span<float> padded = canvas.Scratch(2, (2 * reach * pitch) + length);
        Span<float> columns = canvas.Scratch(3, (2 * reach) + length);
        Span<float> smooth = canvas.Scratch(4, length);
        padded.Clear();
        for (int y = 0; y < height; y++)
        {
            field.Slice(y * width, width).CopyTo(padded[(((y + reach) * pitch) + reach)..]);
        }

        Convolve(padded, pitch, height * pitch, columns);
        columns[(height * pitch)..].Clear();
        Convolve(columns, 1, height * pitch, smooth);
        for (int y = 0; y < height; y++)
        {
            TensorPrimitives.Multiply(smooth.Slice(y * pitch, width), (float)Alpha, field.Slice(y * width, width));
        }
    }

    /// <summary>The weighted sum of elements at a distance from each other, up to a block past the end.</summary>
    private void Convolve(ReadOnlySpan<float> source, int distance, int length, Span<float> destination)
    {
        for (int i = 0; i < length; i += s_block)
        {
            (Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d) = (default, default, default, default);
            for (int tap = 0; tap < _weights.Length; tap++)
            {
                ReadOnlySpan<float> from = source.Slice(i + (tap * distance), s_block);
                var weight = new Vector<float>(_weights[tap]);
                a += weight * new Vector<float>(from);
                b += weight * new Vector<float>(from[Vector<float>.Count..]);
                c += weight * new Vector<float>(from[(2 * Vector<float>.Count)..]);
                d += weight * new Vector<float>(from[(3 * Vector<float>.Count)..]);
            }

            Span<float> to = destination.Slice(i, s_block);
            a.CopyTo(to);
            b.CopyTo(to[Vector<float>.Count..]);
            c.CopyTo(to[(2 * Vector<float>.Count)..]);
            d.CopyTo(to[(3 * Vector<float>.Count)..]);
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
