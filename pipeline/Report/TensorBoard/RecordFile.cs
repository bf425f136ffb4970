using System.Buffers.Binary;
using System.Numerics;

namespace Anneal.Pipeline.Report.TensorBoard;

/// <summary>
/// TensorFlow's record format: length (uint64, little-endian), masked CRC-32C of the length, the data, masked CRC-32C of the data.
/// </summary>
internal static class RecordFile
{
    private const int HeaderBytes = 12;
    private const int FooterBytes = 4;
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Appends a record.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> data)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Masked(Crc32C(header[..8])));
        stream.Write(header);
        stream.Write(data);
        Span<byte> footer = stackalloc byte[FooterBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, Masked(Crc32C(data)));
        stream.Write(footer);
    }

    /// <summary>Reads the records of a file, up to the first that is cut short or damaged: a kill may have left one.</summary>
    public static IEnumerable<byte[]> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int at = 0;
        while (file.Length - at >= HeaderBytes)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            int rest = file.Length - at - HeaderBytes - FooterBytes;
            if (BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)) != Masked(Crc32C(file.AsSpan(at, 8))) || rest < 0 || length > (ulong)rest)
            {
                yield break;
            }

            byte[] data = file[(at + HeaderBytes)..(at + HeaderBytes + (int)length)];
            at += HeaderBytes + data.Length + FooterBytes;
            if (BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at - FooterBytes)) != Masked(Crc32C(data)))
            {
                yield break;
            }

            yield return data;
        }
    }

    private static uint Masked(uint crc) => BitOperations.RotateRight(crc, 15) + MaskDelta;

    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
