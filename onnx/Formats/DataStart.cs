namespace Anneal.Onnx.Formats;

/// <summary>What a file begins with, decompressed when it is gzipped.</summary>
public static class DataStart
{
    private const int Length = 64;

    /// <summary>Reads the first bytes.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Up to 64 bytes; less of a shorter file.</returns>
    /// <exception cref="AnnealException">The file cannot be read.</exception>
    public static byte[] Of(string path)
    {
        using var file = new DataFile(path);
        byte[] start = new byte[Length];
        return start[..file.Read(start)];
    }
}
