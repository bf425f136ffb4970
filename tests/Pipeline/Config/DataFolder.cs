using Anneal.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Config;

/// <summary>A temporary folder with empty files.</summary>
internal sealed class DataFolder : IDisposable
{
    public DataFolder(params string[] files)
    {
        foreach (string file in files)
        {
            File.WriteAllBytes(System.IO.Path.Combine(Path, file), []);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("anneal-config-").FullName;

    public LoadedConfig Load(string text) => ConfigLoader.Parse(text, "pipelines.yaml", [Path]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
