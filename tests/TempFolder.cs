using System.IO.Compression;

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
    public static string Shared(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", name));
        if (!File.Exists(path))
        {
            Assert.Ignore($"needs shared/data/{name} beside the repository");
        }

        return path;
    }
}
