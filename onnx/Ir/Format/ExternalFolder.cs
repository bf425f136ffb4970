using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads tensors' bytes from files beside a model, and from nowhere else.</summary>
/// <remarks>Each part of a location is looked at before a file is opened, and the open file is what is checked and read: it is the same at both times.</remarks>
/// <param name="path">The model's folder; null where there is none, as for a model in memory.</param>
/// <param name="limits">How much is read; null for the default.</param>
internal sealed partial class ExternalFolder(string? path, ModelLimits? limits = null)
{
    private readonly ModelLimits _limits = limits ?? ModelLimits.Default;
    private readonly Dictionary<string, (FileFacts Facts, long Size)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<TensorProto, Entry> _entries = new(ReferenceEqualityComparer.Instance);
    private long _bytes;

    /// <summary>Checks the entry of a tensor that lies outside its file, and keeps it for reading.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="bytes">The bytes that its type and shape ask for.</param>
    public void Check(TensorProto tensor, long bytes)
    {
        Entry entry = Parse(tensor);
        if (!_files.TryGetValue(entry.Location, out (FileFacts Facts, long Size) file))
        {
            using SafeFileHandle handle = Open(entry.Location);
            file = (FileFacts.Of(handle), RandomAccess.GetLength(handle));
            if (file.Facts.Links > 1)
            {
                throw Shared(entry.Location);
            }

            _files.Add(entry.Location, file);
        }

        long length = entry.Length ?? Math.Max(file.Size - entry.Offset, 0);
        if (entry.Offset > file.Size || length > file.Size - entry.Offset)
        {
            throw AnnealException.BadData($"external data '{entry.Location}' has {file.Size} bytes, expected {length} from byte {entry.Offset}");
        }

        if (length != bytes)
        {
            throw AnnealException.BadData($"external data of {length} bytes, expected {bytes}");
        }

        if ((_bytes += length) > _limits.ExternalBytes)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"external data of more than {_limits.ExternalBytes} bytes in all"));
        }

        _entries[tensor] = entry with { Length = length };
    }

    /// <summary>Refuses tensors that share bytes of a file.</summary>
    public void CheckOverlap()
    {
        foreach (IGrouping<FileFacts, KeyValuePair<TensorProto, Entry>> file in _entries.Where(e => e.Value.Length > 0).GroupBy(e => _files[e.Value.Location].Facts))
        {
            KeyValuePair<TensorProto, Entry>[] sorted = [.. file.OrderBy(e => e.Value.Offset)];
            for (int i = 1; i < sorted.Length; i++)
            {
                ((TensorProto before, Entry first), (TensorProto after, Entry second)) = (sorted[i - 1], sorted[i]);
                if (first.Offset + first.Length > second.Offset)
                {
                    throw AnnealException.BadData(
                        $"external data of tensors '{before.Name}' and '{after.Name}' overlaps: {first.Length} bytes from {first.Offset} and {second.Length} from {second.Offset} of '{second.Location}'",
                        "give each tensor bytes of its own");
                }
            }
        }
    }

    /// <summary>Reads the bytes of a tensor that was checked.</summary>
    /// <param name="proto">The tensor.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Its sizes.</param>
    public Tensor Read(TensorProto proto, DType type, int[] shape)
    {
        Tensor tensor = Tensor.Zeros(type, shape);
        Read(proto, tensor.Bytes);
        return tensor;
    }

    /// <summary>Reads the bytes of a tensor that was checked.</summary>
    /// <param name="proto">The tensor.</param>
    public byte[] Read(TensorProto proto)
    {
        byte[] bytes = new byte[EntryOf(proto).Length!.Value];
        Read(proto, bytes);
        return bytes;
    }

    private void Read(TensorProto proto, Span<byte> bytes)
    {
        Entry entry = EntryOf(proto);
        using SafeFileHandle handle = Open(entry.Location);
        (FileFacts facts, _) = _files[entry.Location];
        bool isSame = FileFacts.Of(handle) == facts;
        for (int at = 0; isSame && at < bytes.Length;)
        {
            int read = RandomAccess.Read(handle, bytes[at..], entry.Offset + at);
            at += read;
            isSame = read > 0;
        }

        if (!isSame)
        {
            throw AnnealException.BadData($"external data '{entry.Location}' changed while the model was read");
        }

        if (entry.Checksum is { } checksum && !Sha1(bytes).Equals(checksum, StringComparison.OrdinalIgnoreCase))
        {
            throw AnnealException.BadData($"external data '{entry.Location}' does not have the checksum {checksum}");
        }
    }

    private Entry EntryOf(TensorProto proto)
    {
        if (!_entries.TryGetValue(proto, out Entry? entry))
        {
            Check(proto, TensorLayout.Check(proto, _limits));
            entry = _entries[proto];
        }

        return entry;
    }

    private static Entry Parse(TensorProto tensor)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto item in tensor.ExternalData)
        {
            if (item.Key is not ("location" or "offset" or "length" or "checksum"))
            {
                throw AnnealException.BadData($"external data has the unknown key '{item.Key}'");
            }

            if (!values.TryAdd(item.Key, item.Value))
            {
                throw AnnealException.BadData($"external data has the key '{item.Key}' twice");
            }
        }

        return new Entry(
            values.GetValueOrDefault("location") ?? throw AnnealException.BadData("external data has no location"),
            values.TryGetValue("offset", out string? offset) ? Number("offset", offset) : 0,
            values.TryGetValue("length", out string? length) ? Number("length", length) : null,
            values.GetValueOrDefault("checksum"));
    }

    private SafeFileHandle Open(string location)
    {
        if (path is null)
        {
            throw AnnealException.BadData($"external data '{location}' of a model that has no folder");
        }

        if (location.Length == 0 || location[0] is '/' or '\\' || location.Contains(':', StringComparison.Ordinal) || Path.IsPathRooted(location))
        {
            throw AnnealException.BadData($"external data '{location}' is not a path relative to the model's folder");
        }

        string current = path;
        FileKind kind = FileKind.Missing;
        foreach (string part in location.Split('/', '\\'))
        {
            if (part is "" or "." or ".." || part.Any(char.IsControl) || part[^1] is '.' or ' ' || Device().IsMatch(part))
            {
                throw AnnealException.BadData($"external data '{location}' is not a plain path inside the model's folder");
            }

            current = Path.Combine(current, part);
            kind = FileFacts.KindOf(current, follow: false);
            if (kind == FileKind.Link)
            {
                throw AnnealException.BadData($"external data '{location}' goes through a link");
            }
        }

        return kind switch
        {
            FileKind.File => File.OpenHandle(current),
            FileKind.SharedFile => throw Shared(location),
            FileKind.Other => throw AnnealException.BadData($"external data '{location}' is no regular file"),
            _ => throw AnnealException.BadData($"external data '{location}' is not there"),
        };
    }

    private static AnnealException Shared(string location) => AnnealException.BadData(
        $"external data '{location}' is a file that has another name too, which may be outside the model's folder", "copy the file in place of linking it");

    private static long Number(string key, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw AnnealException.BadData($"external data has the {key} '{text}', expected a number of bytes");

    private static string Sha1(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5350 // the format's checksum; it guards against mix-ups, not against attacks
        return Convert.ToHexString(SHA1.HashData(bytes));
#pragma warning restore CA5350
    }

    // Windows has these devices in every folder.
    [GeneratedRegex(@"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Device();

    private sealed record Entry(string Location, long Offset, long? Length, string? Checksum);
}
