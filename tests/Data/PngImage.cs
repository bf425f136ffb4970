using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Anneal.Tests.TrainerData;

/// <summary>Writes small PNG files: 8 bits a channel, no filter.</summary>
internal static class PngImage
{
    /// <summary>An image all of one colour: grey by one value, RGB by three, RGBA by four.</summary>
    public static byte[] Of(int height, int width, params byte[] colour) =>
        Of(height, width, colour.Length, [.. Enumerable.Repeat(colour, height * width).SelectMany(c => c)]);

    /// <summary>An image of pixels, channel by channel within each.</summary>
    public static byte[] Of(int height, int width, int channels, ReadOnlySpan<byte> pixels)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, channels switch { 1 => 0, 3 => 2, _ => 6 });
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(y * width * channels, width * channels));
            }
        }

        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        byte[] ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Crc(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }

    private static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }
}
