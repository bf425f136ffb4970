using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Made-up values for a model's inputs, to run it on before there are real ones.</summary>
public static class InputSample
{
    // As large as a rate of learning.
    private const float Scalar = 0.01f;

    /// <summary>Makes values up: random numbers in [0, 1), bytes, and of scalars a rate of learning and the number of a first step.</summary>
    /// <param name="input">The input.</param>
    /// <param name="rows">The size of every dimension that is not fixed.</param>
    /// <returns>A new tensor. Classes are 0 and flags true: whatever the model, they are among those that there are.</returns>
    /// <exception cref="AnnealException">The input's rank is not known.</exception>
    public static Tensor Of(ValueInfo input, int rows)
    {
        TensorShape shape = input.Type.Shape
            ?? throw AnnealException.BadData($"the rank of input '{input.Name}' is not known", "a plan needs inputs with shapes");
        Tensor tensor = Tensor.Zeros(input.Type.Type, [.. shape.Dims.Select(d => d.IsKnown ? d.Size : rows)]);
        ulong key = CounterRandom.Key(0, "sample/" + input.Name);
        switch (input.Type.Type)
        {
            case DType.Float:
                for (int i = 0; i < tensor.Length; i++)
                {
                    tensor.Span<float>()[i] = tensor.Rank == 0 ? Scalar : Number(key, i);
                }

                break;
            case DType.Double:
                for (int i = 0; i < tensor.Length; i++)
                {
                    tensor.Span<double>()[i] = tensor.Rank == 0 ? Scalar : Number(key, i);
                }

                break;
            case DType.UInt8:
                for (int i = 0; i < tensor.Length; i++)
                {
                    tensor.Bytes[i] = (byte)CounterRandom.UInt32(key, (ulong)i);
                }

                break;
            case DType.Bool:
                tensor.Bytes.Fill(1);
                break;
            case DType.Int64 when tensor.Rank == 0:
                tensor.Span<long>()[0] = 1;
                break;
        }

        return tensor;
    }

    private static float Number(ulong key, int index) => (CounterRandom.UInt32(key, (ulong)index) >> 8) / (float)(1 << 24);
}
