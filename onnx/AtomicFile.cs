using System.Globalization;

namespace Anneal.Onnx;

/// <summary>Writes files so that a reader sees the old content or all of the new one, never a part.</summary>
public static class AtomicFile
{
    private static int s_count;

    /// <summary>Writes beside the file's name, flushes to the disk and renames.</summary>
    /// <param name="path">The file; its folder exists. A file of that name is replaced.</param>
    /// <param name="write">Writes the content; when it throws, the file stays as it was.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string beside = string.Create(CultureInfo.InvariantCulture, $"{full}.{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}.tmp");
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, full, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
