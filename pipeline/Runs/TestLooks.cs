using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Anneal.Onnx;

namespace Anneal.Pipeline.Runs;

/// <summary>How often the test sets of a pipeline were evaluated: <c>test-looks.json</c> beside its runs, a number for each test set.</summary>
internal static class TestLooks
{
    private const string Name = "test-looks.json";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Counts one more evaluation.</summary>
    /// <param name="folder">The folder of the pipeline's runs; created when missing.</param>
    /// <param name="testKey">The hash of the test set.</param>
    /// <returns>How often it was evaluated, this time included.</returns>
    /// <exception cref="AnnealException">The file is damaged or cannot be written.</exception>
    public static int Count(string folder, string testKey)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            Directory.CreateDirectory(folder);
            using FileStream held = Hold(Path.Combine(folder, ".test-looks.lock"));
            SortedDictionary<string, int> looks = Read(path);
            looks[testKey] = looks.GetValueOrDefault(testKey) + 1;
            string text = JsonSerializer.Serialize(looks, RunJson.Default.SortedDictionaryStringInt32) + "\n";
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            return looks[testKey];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AnnealException(ExitCode.Data, $"{path}: the look at the test set cannot be recorded: {error.Message}", "make the folder writable", error);
        }
    }

    private static SortedDictionary<string, int> Read(string path)
    {
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllText(path), RunJson.Default.SortedDictionaryStringInt32) ?? new(StringComparer.Ordinal)
                : new(StringComparer.Ordinal);
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"{path} is damaged: {error.Message}", "delete it to count from nothing", error);
        }
    }

    // Runs of one pipeline may end at the same time; each holds the file for a moment only.
    private static FileStream Hold(string path)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < s_patience)
            {
                Thread.Sleep(10);
            }
        }
    }
}
