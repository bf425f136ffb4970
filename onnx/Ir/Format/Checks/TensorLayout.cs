using Anneal.Onnx.Proto;
using Kind = Anneal.Onnx.Proto.TensorProto.Types.DataType;

namespace Anneal.Onnx.Ir.Format;

/// <summary>How much data a tensor of a file must have, and in which of the format's fields.</summary>
internal static class TensorLayout
{
    // Element types by their number: bits of an element, and the field for elements that are no raw bytes with the bits of one entry.
    private static readonly Dictionary<int, (int Bits, string Field, int Entry)> s_types = new()
    {
        [(int)Kind.Float] = (32, "float_data", 32),
        [(int)Kind.Uint8] = (8, "int32_data", 8),
        [(int)Kind.Int8] = (8, "int32_data", 8),
        [(int)Kind.Uint16] = (16, "int32_data", 16),
        [(int)Kind.Int16] = (16, "int32_data", 16),
        [(int)Kind.Int32] = (32, "int32_data", 32),
        [(int)Kind.Int64] = (64, "int64_data", 64),
        [(int)Kind.String] = (0, "string_data", 0),
        [(int)Kind.Bool] = (8, "int32_data", 8),
        [(int)Kind.Float16] = (16, "int32_data", 16),
        [(int)Kind.Double] = (64, "double_data", 64),
        [(int)Kind.Uint32] = (32, "uint64_data", 32),
        [(int)Kind.Uint64] = (64, "uint64_data", 64),
        [(int)Kind.Complex64] = (64, "float_data", 32),
        [(int)Kind.Complex128] = (128, "double_data", 64),
        [(int)Kind.Bfloat16] = (16, "int32_data", 16),
        [(int)Kind.Float8E4M3Fn] = (8, "int32_data", 8),
        [(int)Kind.Float8E4M3Fnuz] = (8, "int32_data", 8),
        [(int)Kind.Float8E5M2] = (8, "int32_data", 8),
        [(int)Kind.Float8E5M2Fnuz] = (8, "int32_data", 8),
        [(int)Kind.Uint4] = (4, "int32_data", 8),
        [(int)Kind.Int4] = (4, "int32_data", 8),
        [23] = (4, "int32_data", 8), // FLOAT4E2M1
        [24] = (8, "int32_data", 8), // FLOAT8E8M0
        [25] = (2, "int32_data", 8), // UINT2
        [26] = (2, "int32_data", 8), // INT2
    };

    private static readonly (string Field, string Unit, Func<TensorProto, int> Count)[] s_fields =
    [
        ("float_data", "elements", static t => t.FloatData.Count),
        ("int32_data", "elements", static t => t.Int32Data.Count),
        ("string_data", "strings", static t => t.StringData.Count),
        ("int64_data", "elements", static t => t.Int64Data.Count),
        ("double_data", "elements", static t => t.DoubleData.Count),
        ("uint64_data", "elements", static t => t.Uint64Data.Count),
    ];

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="AnnealException">It has too many dimensions, one is negative, or their product overflows.</exception>
    public static long Elements(IReadOnlyList<long> dims, ModelLimits limits)
    {
        if (dims.Count > limits.Rank)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"a shape of {dims.Count} dimensions, expected at most {limits.Rank}"));
        }

        long count = 1;
        foreach (long size in dims)
        {
            count = size is < 0 or > int.MaxValue ? throw AnnealException.BadData($"shape [{string.Join(",", dims)}] is not one of a tensor")
                : count * size is <= int.MaxValue and long product ? product
                : throw AnnealException.BadData($"shape [{string.Join(",", dims)}] is not one of at most 2^31 - 1 elements");
        }

        return count;
    }

    /// <summary>Checks shape, type and amount of data, wherever the data is.</summary>
    /// <returns>The bytes of the elements; 0 of strings.</returns>
    public static long Check(TensorProto proto, ModelLimits limits)
    {
        long elements = Elements(proto.Dims, limits);
        if (!s_types.TryGetValue(proto.DataType, out (int Bits, string Field, int Entry) type))
        {
            throw AnnealException.NotSupported($"element type {(Kind)proto.DataType} is not supported", []);
        }

        long bytes = Bytes(elements, type.Bits);
        if (bytes > limits.TensorBytes)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"a tensor of {bytes} bytes, expected at most {limits.TensorBytes}"));
        }

        if (proto.Segment is not null)
        {
            throw AnnealException.BadData("tensors in segments are not supported");
        }

        bool isExternal = proto.DataLocation == TensorProto.Types.DataLocation.External;
        if (isExternal && type.Bits == 0)
        {
            throw AnnealException.BadData("a tensor of strings cannot be external data");
        }

        bool isRaw = proto.HasRawData && !isExternal && type.Bits > 0;
        string? allowed = isExternal || isRaw ? null : type.Field;
        if (s_fields.FirstOrDefault(f => f.Field != allowed && f.Count(proto) > 0).Field is { } other)
        {
            throw AnnealException.BadData($"data in '{other}', expected {(isExternal ? "it outside the file alone" : $"it in '{allowed ?? "raw_data"}' alone")}");
        }

        if (proto.HasRawData && !isRaw && proto.RawData.Length > 0)
        {
            throw AnnealException.BadData($"data in 'raw_data', expected {(isExternal ? "it outside the file alone" : "strings")}");
        }

        if (isRaw)
        {
            Expect(proto.RawData.Length, bytes, "bytes");
        }
        else if (!isExternal)
        {
            (_, string unit, Func<TensorProto, int> count) = s_fields.First(f => f.Field == type.Field);
            Expect(count(proto), type.Bits == 0 ? elements : Bytes(elements, type.Bits) * 8 / type.Entry, unit);
        }

        return bytes;
    }

    private static long Bytes(long elements, int bits) => ((elements * bits) + 7) / 8;

    private static void Expect(long found, long expected, string what)
    {
        if (found != expected)
        {
            throw AnnealException.BadData($"{found} {what} of data, expected {expected}");
        }
    }
}
