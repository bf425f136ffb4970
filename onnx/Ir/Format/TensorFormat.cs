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
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a tensor from the bytes of a file of its own.</summary>
    /// <param name="bytes">A serialized <c>TensorProto</c>.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="AnnealException">The bytes are no whole tensor, or one of an element type not known here.</exception>
    public static Tensor Read(ReadOnlySpan<byte> bytes)
    {
        return FromProto(CheckedModel.Parse(bytes, TensorProto.Parser, TensorProto.Descriptor, ModelLimits.Default), new ExternalFolder(null));
    }

    /// <summary>Reads a tensor from a file of its own.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="AnnealException">The file cannot be read, or holds no whole tensor.</exception>
    public static Tensor Open(string path)
    {
        try
        {
            return Read(CheckedFile.Read(path, ModelLimits.Default));
        }
        catch (AnnealException e)
        {
            throw e.In(path);
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
        TensorLayout.Check(proto, ModelLimits.Default);
        int[] shape = Shape(proto.Dims);
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return Checked(folder.Read(proto, type, shape));
        }

        if (type == DType.String)
        {
            return Tensor.OfStrings(shape, [.. proto.StringData.Select(Text)]);
        }

        if (proto.HasRawData)
        {
            Tensor raw = Tensor.Zeros(type, shape);
            proto.RawData.Span.CopyTo(raw.Bytes);
            return Checked(raw);
        }

        switch (type)
        {
            case DType.Float: return Fill(type, shape, proto.FloatData);
            case DType.Complex64: return Fill(type, shape, proto.FloatData);
            case DType.Double: return Fill(type, shape, proto.DoubleData);
            case DType.Complex128: return Fill(type, shape, proto.DoubleData);
            case DType.Int64: return Fill(type, shape, proto.Int64Data);
            case DType.UInt64: return Fill(type, shape, proto.Uint64Data);
            case DType.UInt32: return Narrow<ulong, uint>(type, shape, proto.Uint64Data);
            case DType.Int32: return Fill(type, shape, proto.Int32Data);
            case DType.Int16: return Narrow<int, short>(type, shape, proto.Int32Data);
            case DType.Int8: return Narrow<int, sbyte>(type, shape, proto.Int32Data);
            case DType.UInt16 or DType.Float16 or DType.BFloat16: return Narrow<int, ushort>(type, shape, proto.Int32Data);
            default: return Checked(Narrow<int, byte>(type, shape, proto.Int32Data));
        }
    }

    internal static Tensor FromSparse(SparseTensorProto proto, ExternalFolder folder)
    {
        int[] positions = Positions(proto, folder);
        Tensor values = FromProto(proto.Values, folder);
        Tensor dense = Tensor.Zeros(values.Type, Shape(proto.Dims));
        int size = values.Type.Size();
        for (int i = 0; i < positions.Length; i++)
        {
            values.Bytes.Slice(i * size, size).CopyTo(dense.Bytes[(positions[i] * size)..]);
        }

        return dense;
    }

    /// <summary>Where the values of a sparse tensor stand in the dense one: ascending, all inside.</summary>
    internal static int[] Positions(SparseTensorProto proto, ExternalFolder folder)
    {
        long length = TensorLayout.Elements(proto.Dims, ModelLimits.Default);
        TensorProto values = proto.Values ?? new TensorProto();
        Tensor indices = FromProto(proto.Indices ?? new TensorProto(), folder);
        int rank = proto.Dims.Count;
        bool linear = indices.Rank == 1;
        bool isMatrix = indices.Rank == 2 && indices.Shape[1] == rank;
        if (values.Dims.Count != 1 || values.DataType == (int)DType.String || indices.Type != DType.Int64 || !(linear || isMatrix) || indices.Shape[0] != values.Dims[0])
        {
            throw AnnealException.BadData(
                $"a sparse tensor of values {(DType)values.DataType}[{string.Join(",", values.Dims)}] and indices {indices}, expected numbers [n] and int64[n] or int64[n,{rank}]");
        }

        Span<long> index = indices.Span<long>();
        int[] positions = new int[indices.Shape[0]];
        for (int i = 0; i < positions.Length; i++)
        {
            long at = linear ? index[i] : 0;
            for (int d = 0; d < rank && !linear; d++)
            {
                long part = index[(i * rank) + d];
                at = part >= 0 && part < proto.Dims[d] ? (at * proto.Dims[d]) + part : long.MaxValue;
                if (at == long.MaxValue)
                {
                    break;
                }
            }

            if (at < 0 || at >= length || (i > 0 && at <= positions[i - 1]))
            {
                throw AnnealException.BadData($"index {i} of a sparse tensor is out of range or out of order");
            }

            positions[i] = (int)at;
        }

        return positions;
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

    private static int[] Shape(IEnumerable<long> dims) => [.. dims.Select(d => (int)d)];

    private static Tensor Fill<T>(DType type, int[] shape, IReadOnlyList<T> data)
        where T : unmanaged
    {
        Tensor tensor = Tensor.Zeros(type, shape);
        Span<T> elements = MemoryMarshal.Cast<byte, T>(tensor.Bytes);
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = data[i];
        }

        return tensor;
    }

    private static Tensor Narrow<TFrom, TTo>(DType type, int[] shape, IReadOnlyList<TFrom> data)
        where TFrom : INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
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
}
