using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Pipeline.Plan;

/// <summary>The key of a stage: the hash of all that its result follows from.</summary>
internal static class StageKey
{
    /// <summary>Hashes parts, each delimited by its length.</summary>
    /// <param name="parts">Keys of earlier stages, resolved options, content hashes.</param>
    /// <returns>24 hexadecimal digits.</returns>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
    }

    /// <summary>Hashes a file, or the names and contents of all files below a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>SHA-256 of a file in hexadecimal digits; 24 of them for a folder.</returns>
    public static string OfPath(string path) => Directory.Exists(path)
        ? Of([.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(f => (string[])[Path.GetRelativePath(path, f), OfFile(f)])])
        : OfFile(path);

    /// <summary>Hashes a file's content.</summary>
    /// <param name="path">The file.</param>
    /// <returns>SHA-256 in hexadecimal digits.</returns>
    public static string OfFile(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Hashes a model's file, with the data file beside it where it has one.</summary>
    /// <param name="path">The model's file.</param>
    /// <returns>A key of both; empty where there is no model.</returns>
    public static string OfModel(string path)
    {
        string data = path + ModelWriter.DataSuffix;
        return !File.Exists(path) ? "" : File.Exists(data) ? Of(OfFile(path), OfFile(data)) : OfFile(path);
    }
}
