using System.Text;
using System.Text.Json;
using Anneal.Onnx;

namespace Anneal.Pipeline.Runs;

/// <summary>A run on disk, held by one process at a time.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly FileStream _lock;

    private RunFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The exported model's path.</summary>
    public string ModelPath => File("model.onnx");

    /// <summary>Opens a run's folder, creating it when missing, and locks it.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The folder, to be disposed.</returns>
    /// <exception cref="AnnealException">Another process holds it.</exception>
    public static RunFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        try
        {
            return new RunFolder(path, new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error)
        {
            throw new AnnealException(ExitCode.Usage, $"{path}: another process works in this run folder", "wait for it, or give another folder by --out", error);
        }
    }

    /// <summary>The path of a file of the run.</summary>
    /// <param name="name">The file's name.</param>
    /// <returns>Its full path.</returns>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Reads the run's record.</summary>
    /// <returns>The record, or null when the run is new.</returns>
    /// <exception cref="AnnealException">The file is damaged.</exception>
    public RunRecord? Read() => ReadRecord(Path);

    /// <summary>Reads the record of a run without holding it.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <returns>The record, or null when there is none.</returns>
    /// <exception cref="AnnealException">The file is damaged.</exception>
    public static RunRecord? ReadRecord(string folder)
    {
        string path = System.IO.Path.Combine(folder, "run.json");
        try
        {
            return System.IO.File.Exists(path) ? JsonSerializer.Deserialize(System.IO.File.ReadAllText(path), RunJson.Default.RunRecord) : null;
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"{path} is damaged: {error.Message}", "delete the run folder and run again", error);
        }
    }

    /// <summary>Writes the run's record.</summary>
    /// <param name="record">The record.</param>
    public void Write(RunRecord record) => Write("run.json", JsonSerializer.Serialize(record, RunJson.Default.RunRecord) + "\n");

    /// <summary>Writes a text file of the run, beside its name first.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="text">Its content.</param>
    public void Write(string name, string text) => AtomicFile.Write(File(name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes everything that the run has produced.</summary>
    public void Clear()
    {
        foreach (string folder in Directory.EnumerateDirectories(Path))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (string file in Directory.EnumerateFiles(Path).Where(f => System.IO.Path.GetFileName(f) != ".lock"))
        {
            System.IO.File.Delete(file);
        }
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _lock.Dispose();
}
