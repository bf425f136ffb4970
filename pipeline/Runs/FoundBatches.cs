using System.Text;
using System.Text.Json;
using Anneal.Onnx;

namespace Anneal.Pipeline.Runs;

/// <summary>The batch sizes that were found for a pipeline: <c>batches.json</c> beside its runs, by the key of what they were found for.</summary>
internal static class FoundBatches
{
    private const string Name = "batches.json";

    /// <summary>Those of a key.</summary>
    /// <param name="folder">The folder of the pipeline's runs.</param>
    /// <param name="key">The key.</param>
    /// <returns>The sizes; null where none were found.</returns>
    /// <exception cref="AnnealException">The file is damaged.</exception>
    public static IReadOnlyList<BatchRecord>? Of(string folder, string key) => Read(folder).GetValueOrDefault(key);

    /// <summary>Adds or replaces those of a key.</summary>
    /// <param name="folder">The folder of the pipeline's runs; created when missing.</param>
    /// <param name="key">The key.</param>
    /// <param name="found">The sizes.</param>
    /// <exception cref="AnnealException">The file is damaged, or cannot be written.</exception>
    public static void Keep(string folder, string key, IReadOnlyList<BatchRecord> found)
    {
        SortedDictionary<string, BatchRecord[]> all = Read(folder);
        all[key] = [.. found];
        string text = JsonSerializer.Serialize(all, RunJson.Default.SortedDictionaryStringBatchRecordArray) + "\n";
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Path.Combine(folder, Name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AnnealException(ExitCode.Data, $"{Path.Combine(folder, Name)}: the batch that was found cannot be recorded: {error.Message}", "make the folder writable", error);
        }
    }

    private static SortedDictionary<string, BatchRecord[]> Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllText(path), RunJson.Default.SortedDictionaryStringBatchRecordArray) ?? new(StringComparer.Ordinal)
                : new(StringComparer.Ordinal);
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"{path} is damaged: {error.Message}", "delete it to find the batch again", error);
        }
    }
}
