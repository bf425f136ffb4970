using System.IO.Compression;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Images;

/// <summary>The image files in a folder or a zip; where there are classes, the first folder of a file's path is its class.</summary>
/// <remarks>
/// Left out are directories themselves and files with a part of their path that begins with a dot or is <c>__MACOSX</c>, <c>Thumbs.db</c> or
/// <c>desktop.ini</c>. Files are ordered by class, then by path, character by character.
/// </remarks>
internal sealed class ImageFiles : IDisposable
{
    private const long MaxBytes = 1 << 28;
    private static readonly string[] s_litter = ["__MACOSX", "Thumbs.db", "desktop.ini"];
    private readonly string _path;
    private readonly ZipArchive? _zip;
    private readonly (string Class, string Name, ZipArchiveEntry? Entry)[] _files;

    /// <summary>Lists the files.</summary>
    /// <param name="path">A folder or a zip.</param>
    /// <param name="folder">The folder of the class folders within it, with '/' between its parts; empty for the top.</param>
    /// <param name="hasClasses">Whether files lie in the folders of their classes.</param>
    /// <exception cref="AnnealException">It is not there or no zip, or a file lies in no class folder.</exception>
    public ImageFiles(string path, string folder, bool hasClasses = true)
    {
        _path = path;
        try
        {
            _zip = Directory.Exists(path) ? null : ZipFile.OpenRead(path);
            IEnumerable<(string Name, ZipArchiveEntry? Entry)> all = _zip is null
                ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => (Path.GetRelativePath(path, f).Replace('\\', '/'), (ZipArchiveEntry?)null))
                : _zip.Entries.Select(e => (e.FullName.Replace('\\', '/'), (ZipArchiveEntry?)e)).Where(f => !f.Item1.EndsWith('/'));
            string prefix = folder.Trim('/') is { Length: > 0 } trimmed ? trimmed + "/" : "";
            _files = [.. all
                .Where(f => f.Name.StartsWith(prefix, StringComparison.Ordinal) && !IsLitter(f.Name[prefix.Length..]))
                .Select(f => (hasClasses ? ClassOf(f.Name, prefix) : "", f.Name, f.Entry))
                .OrderBy(f => f.Item1, StringComparer.Ordinal)
                .ThenBy(f => f.Name, StringComparer.Ordinal)];
            if (_files.Length == 0)
            {
                throw AnnealException.BadData(
                    $"{path}: no images{(prefix.Length > 0 ? $" in its folder '{prefix[..^1]}'" : "")}",
                    hasClasses ? "an image lies in the folder of its class: CLASS/NAME.jpg; 'folder' says where the class folders are" : null);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _zip?.Dispose();
            throw new AnnealException(ExitCode.Data, error switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"{path}: no such file or folder",
                InvalidDataException => $"{path}: not a zip, or a damaged one: {error.Message}",
                _ => $"{path}: cannot be read: {error.Message}",
            }, inner: error);
        }
        catch (AnnealException)
        {
            _zip?.Dispose();
            throw;
        }
    }

    /// <summary>The number of files.</summary>
    public int Count => _files.Length;

    /// <summary>The class of a file.</summary>
    public string Class(int index) => _files[index].Class;

    /// <summary>The file's path, within the zip too.</summary>
    public string Name(int index) => $"{_path}/{NameWithin(index)}";

    /// <summary>The file's path within the folder or zip.</summary>
    public string NameWithin(int index) => _files[index].Name;

    /// <summary>Reads a whole file; any number of threads may.</summary>
    /// <exception cref="AnnealException">It cannot be read or is longer than 256 MiB.</exception>
    public byte[] Read(int index)
    {
        try
        {
            if (_files[index].Entry is not { } entry)
            {
                return File.ReadAllBytes(Name(index));
            }

            if (entry.Length > MaxBytes)
            {
                throw AnnealException.BadData($"{entry.Length} bytes, of at most {MaxBytes} that are read");
            }

            // An archive reads for one thread at a time.
            lock (_zip!)
            {
                byte[] bytes = new byte[entry.Length];
                using Stream stream = entry.Open();
                stream.ReadExactly(bytes);
                return bytes;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            throw new AnnealException(ExitCode.Data, $"cannot be read: {error.Message}", inner: error);
        }
    }

    public void Dispose() => _zip?.Dispose();

    private static bool IsLitter(string name) => name.Split('/').Any(p => p.StartsWith('.') || s_litter.Contains(p, StringComparer.Ordinal));

    private string ClassOf(string name, string prefix)
    {
        int slash = name.IndexOf('/', prefix.Length);
        return slash > prefix.Length
            ? name[prefix.Length..slash]
            : throw AnnealException.BadData($"{_path}/{name}: lies in no class folder", "an image lies in the folder of its class: CLASS/NAME.jpg; 'folder' says where the class folders are");
    }
}
