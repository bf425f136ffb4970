using System.Globalization;
using System.Security.Cryptography;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads tensors' bytes from files beside a model, and from nowhere else.</summary>
/// <param name="path">The model's folder; null where there is none, as for a model in memory.</param>
internal sealed class ExternalFolder(string? path)
{
    /// <summary>Reads the bytes that an entry points at; all sizes are checked before memory is taken.</summary>
    public Tensor Read(IEnumerable<StringStringEntryProto> entry, DType type, int[] shape)
    {
        string? location = null;
        string? checksum = null;
        long offset = 0;
        long? given = null;
        foreach (StringStringEntryProto item in entry)
        {
            switch (item.Key)
            {
                case "location": location = item.Value; break;
                case "offset": offset = Number(item); break;
                case "length": given = Number(item); break;
                case "checksum": checksum = item.Value; break;
                default: throw AnnealException.BadData($"external data has the unknown key '{item.Key}'");
            }
        }

        string file = Locate(location ?? throw AnnealException.BadData("external data has no location"));
        long size = new FileInfo(file).Length;
        long expected = checked((long)Tensor.LengthOf(shape) * type.Size());
        long length = given ?? Math.Max(size - offset, 0);
        if (offset > size || length > size - offset)
        {
            throw AnnealException.BadData($"external data '{location}' has {size} bytes, expected {length} from byte {offset}");
        }

        if (length != expected)
        {
            throw AnnealException.BadData($"external data of {length} bytes, expected {expected}");
        }

        Tensor tensor = Tensor.Zeros(type, shape);
        if (expected == 0)
        {
            return tensor;
        }

        using FileStream stream = File.OpenRead(file);
        stream.Position = offset;
        stream.ReadExactly(tensor.Bytes);
        if (checksum is not null && !Sha1(tensor.Bytes).Equals(checksum, StringComparison.OrdinalIgnoreCase))
        {
            throw AnnealException.BadData($"external data '{location}' does not have the checksum {checksum}");
        }

        return tensor;
    }

    private string Locate(string location)
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
        foreach (string part in location.Split('/', '\\'))
        {
            if (part is "" or "." or ".." || part.Any(char.IsControl))
            {
                throw AnnealException.BadData($"external data '{location}' is not a plain path inside the model's folder");
            }

            current = Path.Combine(current, part);
            if (new FileInfo(current).LinkTarget is not null)
            {
                throw AnnealException.BadData($"external data '{location}' goes through a link");
            }
        }

        return File.Exists(current) ? current : throw AnnealException.BadData($"external data '{location}' is not there");
    }

    private static long Number(StringStringEntryProto item) =>
        long.TryParse(item.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw AnnealException.BadData($"external data has the {item.Key} '{item.Value}', expected a number of bytes");

    private static string Sha1(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5350 // the format's checksum; it guards against mix-ups, not against attacks
        return Convert.ToHexString(SHA1.HashData(bytes));
#pragma warning restore CA5350
    }
}
