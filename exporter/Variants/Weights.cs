using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>Weights as integers of 8 bits, symmetric, with one scale for each output channel.</summary>
/// <param name="Values">int8, of the weights' shape.</param>
/// <param name="Scale">The scale of each channel, [C] float.</param>
/// <param name="Axis">The dimension that counts the channels.</param>
/// <remarks>
/// q = round(w / s) with s = max |w| / 64. Seven bits are used of the eight: without VNNI an x64 processor adds two products of uint8 by int8 in 16 bits, and
/// 2 · 255 · 64 is the most that fits, so that a file gives the same answers on any machine.
/// </remarks>
internal sealed record Weights(Tensor Values, Tensor Scale, int Axis)
{
    private const float Largest = 64;

    /// <summary>Quantises weights.</summary>
    public static Weights Of(Tensor weights, int axis)
    {
        int channels = weights.Shape[axis];
        int inner = Tensor.LengthOf(weights.Shape[(axis + 1)..]);
        ReadOnlySpan<float> from = weights.Span<float>();
        float[] scale = new float[channels];
        for (int i = 0; i < from.Length; i++)
        {
            int channel = i / inner % channels;
            scale[channel] = Math.Max(scale[channel], Math.Abs(from[i]) / Largest);
        }

        // A channel of zeros has any scale; those too small to divide by are zeros too.
        scale = [.. scale.Select(s => float.IsNormal(s) ? s : 1)];
        Tensor values = Tensor.Zeros(DType.Int8, weights.Shape);
        Span<sbyte> to = values.Span<sbyte>();
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = (sbyte)Math.Clamp(MathF.Round(from[i] / scale[i / inner % channels]), -Largest, Largest);
        }

        return new Weights(values, Tensor.Vector<float>(scale), axis);
    }
}
