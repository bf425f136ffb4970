using System.Buffers.Binary;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Writes NumPy's <c>.npy</c> format, version 1, little-endian and row-major.</summary>
public static class NpyWriter
{
    private const int Alignment = 64;

    /// <summary>Writes a header and the elements.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="tensor">The array: numbers or bools.</param>
    /// <exception cref="AnnealException">The element type has no npy descriptor.</exception>
    public static void Write(Stream stream, Tensor tensor)
    {
        WriteHeader(stream, tensor.Type, tensor.Shape);
        stream.Write(tensor.Bytes);
    }

    /// <summary>Writes a header, after which the elements follow in row-major order, in as many pieces as the caller likes.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="type">The element type: a number or bool.</param>
    /// <param name="shape">The shape of the whole array.</param>
    /// <exception cref="AnnealException">The element type has no npy descriptor.</exception>
    public static void WriteHeader(Stream stream, DType type, ReadOnlySpan<int> shape)
    {
        string descriptor = NpyReader.DescriptorOf(type) ?? throw AnnealException.BadUsage($"an npy file cannot hold elements of type {type.Name()}");
        string sizes = shape.Length == 1 ? $"{shape[0]}," : string.Join(", ", shape.ToArray());
        string text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({sizes}), }}";
        int prefix = NpyReader.Magic.Length + 4;
        int length = ((prefix + text.Length + Alignment) / Alignment * Alignment) - prefix;
        Span<byte> start = [.. NpyReader.Magic, 1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(start[^2..], checked((ushort)length));
        stream.Write(start);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n"));
    }
}
