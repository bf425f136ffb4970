using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Golden;

/// <summary>The numbers that make_golden.py computes too, bit by bit.</summary>
internal static class GoldenNumbers
{
    /// <summary>A word of a stream.</summary>
    public static uint Word(uint salt, int stream, int index) => Mix(Mix(Mix(salt) + (uint)stream) + (uint)index);

    /// <summary>A tensor of a stream: offset + scale·k/32768, k whole in [-32768, 32768).</summary>
    public static Tensor Real(uint salt, int stream, ReadOnlySpan<int> shape, double offset, double scale)
    {
        Tensor tensor = Tensor.Zeros(DType.Float, shape);
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(offset + (scale * (((int)(Word(salt, stream, i) >> 16) - 32768) / 32768.0)));
        }

        return tensor;
    }

    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x45D9F3B5;
        x = (x ^ (x >> 15)) * 0x2C1B3C6D;
        x = (x ^ (x >> 13)) * 0x297A2D39;
        return x ^ (x >> 16);
    }
}
