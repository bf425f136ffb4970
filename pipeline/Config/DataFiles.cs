namespace Anneal.Pipeline.Config;

/// <summary>Finds the files a configuration names: beside the YAML first, then in the folders given.</summary>
internal sealed class DataFiles(IReadOnlyList<string> folders)
{
    public IReadOnlyList<string> Folders { get; } = folders;

    /// <summary>The full path of the first one that exists, or null.</summary>
    public string? Find(string path) => Candidates(path).FirstOrDefault(File.Exists);

    /// <summary>The full path of the first file or folder that exists, or null.</summary>
    public string? FindAny(string path) => Candidates(path).FirstOrDefault(Path.Exists);

    public IReadOnlyList<string> Candidates(string path) => [.. Folders.Select(f => Path.GetFullPath(path, f)).Distinct(StringComparer.Ordinal)];
}
