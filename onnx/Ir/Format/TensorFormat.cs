using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Tensors in the standard's file format, as in <c>.pb</c> files of test data.</summary>
public static class TensorFormat
{
    private const int SparseLimit = 1 << 20;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a tensor from the bytes of a file of its own.</summary>
    /// <param name="bytes">A serialized <c>TensorProto</c>.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="AnnealException">The bytes are no whole tensor, or one of an element type not known here.</exception>
    public static Tensor Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return FromProto(TensorProto.Parser.ParseFrom(bytes), new ExternalFolder(null));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new AnnealException(ExitCode.Data, $"not a whole tensor file: {e.Message}", inner: e);
        }
    }

    /// <summary>Writes a tensor as the bytes of a file of its own.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Its name.</param>
    /// <returns>A serialized <c>TensorProto</c>.</returns>
    public static byte[] ToBytes(Tensor tensor, string name = "") => ToProto(tensor, name).ToByteArray();

    internal static TensorProto ToProto(Tensor tensor, string name)
    {
        TensorProto proto = Header(tensor, name);
        if (tensor.Type == DType.String)
        {
            proto.StringData.AddRange(tensor.Strings.Select(ByteString.CopyFromUtf8));
        }
        else
        {
            proto.RawData = ByteString.CopyFrom(tensor.Bytes);
        }

        return proto;
    }

    internal static TensorProto Header(Tensor tensor, string name)
    {
        var proto = new TensorProto { DataType = (int)tensor.Type };
        if (name.Length > 0)
        {
            proto.Name = name;
        }

        foreach (int size in tensor.Shape)
        {
            proto.Dims.Add(size);
        }

        return proto;
    }

    internal static Tensor FromProto(TensorProto proto, ExternalFolder folder)
    {
        DType type = ElementType(proto.DataType);
        int[] shape = Shape(proto.Dims);
        int length = Tensor.LengthOf(shape);
        if (proto.Segment is not null)
        {
            throw AnnealException.BadData("tensors in segments are not supported");
        }

        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return type == DType.String
                ? throw AnnealException.BadData("a tensor of strings cannot be external data")
                : Checked(folder.Read(proto.ExternalData, type, shape));
        }

        if (type == DType.String)
        {
            Expect(proto.StringData.Count, length, "strings");
            return Tensor.OfStrings(shape, [.. proto.StringData.Select(Text)]);
        }

        if (proto.HasRawData)
        {
            Expect(proto.RawData.Length, (long)length * type.Size(), "bytes");
            Tensor raw = Tensor.Zeros(type, shape);
            proto.RawData.Span.CopyTo(raw.Bytes);
            return Checked(raw);
        }

        switch (type)
        {
            case DType.Float: return Fill(type, shape, proto.FloatData, length);
            case DType.Complex64: return Fill(type, shape, proto.FloatData, 2L * length);
            case DType.Double: return Fill(type, shape, proto.DoubleData, length);
            case DType.Complex128: return Fill(type, shape, proto.DoubleData, 2L * length);
            case DType.Int64: return Fill(type, shape, proto.Int64Data, length);
            case DType.UInt64: return Fill(type, shape, proto.Uint64Data, length);
            case DType.UInt32: return Narrow<ulong, uint>(type, shape, proto.Uint64Data, length);
            case DType.Int32: return Fill(type, shape, proto.Int32Data, length);
            case DType.Int16: return Narrow<int, short>(type, shape, proto.Int32Data, length);
            case DType.Int8: return Narrow<int, sbyte>(type, shape, proto.Int32Data, length);
            case DType.UInt16 or DType.Float16 or DType.BFloat16: return Narrow<int, ushort>(type, shape, proto.Int32Data, length);
            default: return Checked(Narrow<int, byte>(type, shape, proto.Int32Data, length));
        }
    }

    internal static Tensor FromSparse(SparseTensorProto proto, ExternalFolder folder)
    {
        int[] shape = Shape(proto.Dims);
        if (Tensor.LengthOf(shape) > SparseLimit)
        {
            throw AnnealException.BadData($"a sparse tensor of {Tensor.LengthOf(shape)} elements is not supported", $"at most {SparseLimit} are read into a dense one");
        }

        Tensor values = FromProto(proto.Values ?? new TensorProto(), folder);
        Tensor indices = FromProto(proto.Indices ?? new TensorProto(), folder);
        bool linear = indices.Rank == 1;
        if (values.Rank != 1 || values.Type == DType.String || indices.Type != DType.Int64
            || indices.Length != (linear ? values.Length : (long)values.Length * shape.Length))
        {
            throw AnnealException.BadData($"a sparse tensor of values {values} and indices {indices}, expected numbers [n] and int64[n] or int64[n,{shape.Length}]");
        }

        Tensor dense = Tensor.Zeros(values.Type, shape);
        int size = values.Type.Size();
        Span<long> index = indices.Span<long>();
        long last = -1;
        for (int i = 0; i < values.Length; i++)
        {
            long at = linear ? index[i] : 0;
            for (int d = 0; d < shape.Length && !linear; d++)
            {
                long part = index[(i * shape.Length) + d];
                at = part >= 0 && part < shape[d] ? (at * shape[d]) + part : long.MaxValue;
                if (at == long.MaxValue)
                {
                    break;
                }
            }

            if (at <= last || at >= dense.Length)
            {
                throw AnnealException.BadData($"index {i} of a sparse tensor is out of range or out of order");
            }

            last = at;
            values.Bytes.Slice(i * size, size).CopyTo(dense.Bytes[((int)at * size)..]);
        }

        return dense;
    }

    internal static string Text(ByteString bytes)
    {
        try
        {
            return s_utf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new AnnealException(ExitCode.Data, "a string is not UTF-8", inner: e);
        }
    }

    internal static DType ElementType(int number) => number is > 0 and <= (int)DType.BFloat16
        ? (DType)number
        : throw AnnealException.NotSupported($"element type {(TensorProto.Types.DataType)number} is not supported", []);

    private static int[] Shape(IEnumerable<long> dims)
    {
        long[] sizes = [.. dims];
        return sizes.All(s => s is >= 0 and <= int.MaxValue)
            ? [.. sizes.Select(s => (int)s)]
            : throw AnnealException.BadData($"shape [{string.Join(",", sizes)}] is not one of a tensor");
    }

    private static Tensor Fill<T>(DType type, int[] shape, IReadOnlyList<T> data, long count)
        where T : unmanaged
    {
        Expect(data.Count, count, "elements");
        Tensor tensor = Tensor.Zeros(type, shape);
        Span<T> elements = MemoryMarshal.Cast<byte, T>(tensor.Bytes);
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = data[i];
        }

        return tensor;
    }

    private static Tensor Narrow<TFrom, TTo>(DType type, int[] shape, IReadOnlyList<TFrom> data, int count)
        where TFrom : INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        Expect(data.Count, count, "elements");
        Tensor tensor = Tensor.Zeros(type, shape);
        Span<TTo> elements = MemoryMarshal.Cast<byte, TTo>(tensor.Bytes);
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = TTo.CreateTruncating(data[i]);
            if (TFrom.CreateTruncating(elements[i]) != data[i])
            {
                throw AnnealException.BadData($"element {i} is {data[i]}, which is no {type.Name()}");
            }
        }

        return tensor;
    }

    private static Tensor Checked(Tensor tensor)
    {
        int bad = tensor.Type == DType.Bool ? tensor.Bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) : -1;
        return bad < 0 ? tensor : throw AnnealException.BadData($"element {bad} is {tensor.Bytes[bad]}, which is no bool");
    }

    private static void Expect(long found, long expected, string what)
    {
        if (found != expected)
        {
            throw AnnealException.BadData($"{found} {what} of data, expected {expected}");
        }
    }
}
