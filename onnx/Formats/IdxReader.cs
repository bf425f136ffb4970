using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Reads IDX files, the format of MNIST and its relatives, raw or gzipped.</summary>
public static class IdxReader
{
    private const int MaxRank = 8;

    /// <summary>Reads the header alone.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Element type and shape.</returns>
    /// <exception cref="AnnealException">The file cannot be read or does not start as an IDX file does.</exception>
    public static ArrayHeader ReadHeader(string path)
    {
        using var file = new DataFile(path);
        return ReadHeader(file);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array in the machine's byte order.</returns>
    /// <exception cref="AnnealException">The file cannot be read, or its header is wrong or promises more or fewer bytes than follow.</exception>
    public static Tensor Read(string path)
    {
        using var file = new DataFile(path);
        ArrayHeader header = ReadHeader(file);
        Tensor tensor = file.ReadTensor(header.Type, [.. header.Shape]);
        SwapBytes(tensor);
        return tensor;
    }

    internal static ArrayHeader ReadHeader(DataFile file)
    {
        Span<byte> magic = stackalloc byte[4];
        if (file.Read(magic) < 4 || magic[0] != 0 || magic[1] != 0)
        {
            throw file.Error("not an IDX file: it does not start with two zero bytes, a type and a rank");
        }

        DType type = magic[2] switch
        {
            0x08 => DType.UInt8,
            0x09 => DType.Int8,
            0x0B => DType.Int16,
            0x0C => DType.Int32,
            0x0D => DType.Float,
            0x0E => DType.Double,
            byte code => throw file.Error($"IDX element type 0x{code:X2} is not one of 08, 09, 0B, 0C, 0D, 0E"),
        };
        int rank = magic[3];
        if (rank is < 1 or > MaxRank)
        {
            throw file.Error($"IDX rank {rank} is not from 1 to {MaxRank}");
        }

        Span<byte> sizes = stackalloc byte[4 * rank];
        int found = file.Read(sizes);
        if (found < sizes.Length)
        {
            throw file.Error($"expected {sizes.Length} bytes of header for {rank} dimensions, found {found}");
        }

        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(sizes[(4 * i)..]);
        }

        return new ArrayHeader(type, shape);
    }

    internal static void SwapBytes(Tensor tensor)
    {
        if (!BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (tensor.Type)
        {
            case DType.Int16:
                BinaryPrimitives.ReverseEndianness(tensor.Span<short>(), tensor.Span<short>());
                break;
            case DType.Int32:
                BinaryPrimitives.ReverseEndianness(tensor.Span<int>(), tensor.Span<int>());
                break;
            case DType.Float:
                var words = MemoryMarshal.Cast<float, int>(tensor.Span<float>());
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case DType.Double:
                var longs = MemoryMarshal.Cast<double, long>(tensor.Span<double>());
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
