using System.Globalization;
using System.Text;

namespace Anneal.Serving.BatchInference;

/// <summary>What tells whether a file or folder is the one of before, without reading it.</summary>
internal static class FileIdentity
{
    /// <summary>The full path with the length and time of change of a file, or of all files in a folder together.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(full))
        {
            return Describe(new FileInfo(full));
        }

        var text = new StringBuilder(full);
        foreach (FileInfo file in new DirectoryInfo(full).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            text.Append('\n').Append(Describe(file));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{full} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}");
    }

    private static string Describe(FileInfo file) =>
        string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}");
}
