using System.Buffers.Binary;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Reads NumPy's <c>.npy</c> files, versions 1 to 3, little-endian and row-major.</summary>
/// <seealso href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"/>
public static class NpyReader
{
    private const int MaxHeader = 1 << 16;

    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header alone.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Element type and shape.</returns>
    /// <exception cref="AnnealException">The file cannot be read or its header is not one this reads.</exception>
    public static ArrayHeader ReadHeader(string path)
    {
        using var file = new DataFile(path);
        return ReadHeader(file);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file, raw or gzipped.</param>
    /// <returns>The array.</returns>
    /// <exception cref="AnnealException">The file cannot be read, or its header is wrong or promises more or fewer bytes than follow.</exception>
    public static Tensor Read(string path)
    {
        using var file = new DataFile(path);
        ArrayHeader header = ReadHeader(file);
        Tensor tensor = file.ReadTensor(header.Type, [.. header.Shape]);
        CheckBools(file, tensor);
        return tensor;
    }

    internal static void CheckBools(DataFile file, Tensor tensor)
    {
        if (tensor.Type == DType.Bool && tensor.Bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) is var index && index >= 0)
        {
            throw file.Error($"element {index} of a bool array is the byte {tensor.Bytes[index]}, expected 0 or 1");
        }
    }

    internal static string? DescriptorOf(DType type) => type switch
    {
        DType.Float => "<f4",
        DType.Double => "<f8",
        DType.Float16 => "<f2",
        DType.Int64 => "<i8",
        DType.Int32 => "<i4",
        DType.Int16 => "<i2",
        DType.Int8 => "|i1",
        DType.UInt64 => "<u8",
        DType.UInt32 => "<u4",
        DType.UInt16 => "<u2",
        DType.UInt8 => "|u1",
        DType.Bool => "|b1",
        _ => null,
    };

    internal static ArrayHeader ReadHeader(DataFile file)
    {
        Span<byte> start = stackalloc byte[12];
        if (file.Read(start[..8]) < 8 || !start[..6].SequenceEqual(Magic))
        {
            throw file.Error("not an npy file: it does not start with \\x93NUMPY and a version");
        }

        int major = start[6];
        if (major is < 1 or > 3)
        {
            throw file.Error($"npy version {major}.{start[7]} is not known here, expected 1, 2 or 3");
        }

        int width = major == 1 ? 2 : 4;
        int found = file.Read(start.Slice(8, width));
        long length = found < width ? 0 : major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > MaxHeader)
        {
            throw file.Error($"an npy header of {length} bytes is longer than {MaxHeader}");
        }

        byte[] text = new byte[length];
        if (found < width || file.Read(text) < length)
        {
            throw file.Error("the file ends within its npy header");
        }

        return new NpyHeaderParser(file, Encoding.Latin1.GetString(text)).Parse();
    }
}
