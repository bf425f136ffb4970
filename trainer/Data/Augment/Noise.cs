using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Adds to each number one drawn from a normal distribution.</summary>
/// <param name="Deviation">Its standard deviation: a share of full brightness of images, in the features' own unit of tables, above 0.</param>
public sealed record Noise(double Deviation) : Augmentation
{
    /// <inheritdoc/>
    public override string Name => "noise";

    /// <inheritdoc/>
    public override bool FitsTables => true;

    /// <inheritdoc/>
    public override void Apply(Canvas canvas, SampleRandom random)
    {
        // Box and Muller's transform, two numbers from two.
        Span<float> pixels = canvas.Pixels;
        int half = (pixels.Length + 1) / 2;
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(canvas.Scratch(0, 2 * half));
        Span<float> draws = canvas.Scratch(1, 2 * half);
        random.Fill(bits);
        TensorPrimitives.ConvertTruncating<uint, float>(bits, draws);
        Span<float> radius = draws[..half];
        Span<float> angle = draws[half..];
        TensorPrimitives.Add(radius, 1, radius);
        TensorPrimitives.Multiply(radius, 1 / 4294967296f, radius);
        TensorPrimitives.Log(radius, radius);
        TensorPrimitives.Multiply(radius, (float)(-2 * Deviation * Deviation * canvas.White * canvas.White), radius);
        TensorPrimitives.Sqrt(radius, radius);
        TensorPrimitives.Multiply(angle, (float)(2 * Math.PI / 4294967296.0), angle);
        Span<float> wave = canvas.Scratch(2, half);
        TensorPrimitives.Cos(angle, wave);
        TensorPrimitives.MultiplyAdd(radius, wave, pixels[..half], pixels[..half]);
        Span<float> rest = pixels[half..];
        TensorPrimitives.Sin(angle, wave);
        TensorPrimitives.MultiplyAdd(radius[..rest.Length], wave[..rest.Length], rest, rest);
    }
}
