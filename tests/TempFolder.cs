using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Anneal.Tests;

/// <summary>A folder for one test's files, removed with it; and where the shared example data may lie.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("anneal-test").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public string WriteGzip(string name, ReadOnlySpan<byte> content)
    {
        using (var stream = new GZipStream(File.Create(this[name]), CompressionLevel.Fastest))
        {
            stream.Write(content);
        }

        return this[name];
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    /// <summary>A file beside the repository, or the test is skipped.</summary>
    public static string Shared(string name, [CallerFilePath] string here = "")
    {
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Solution(here))!, "..", "shared", "data", name));
        if (!File.Exists(path))
        {
            Assert.Ignore($"needs shared/data/{name} beside the repository");
        }

        return path;
    }

    /// <summary>The repository's solution file.</summary>
    public static string Solution([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Pipeline.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new DirectoryNotFoundException($"no Pipeline.sln above {here}"), "Pipeline.sln");
    }
}
