using Google.Protobuf.Reflection;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Walks the bytes of a protobuf message before anything is allocated for it: lengths, depth, and how much of everything there is.</summary>
/// <remarks>A file of empty messages takes two bytes for each and hundreds of bytes of memory once parsed, so they are counted first.</remarks>
internal sealed class WireScan(ModelLimits limits)
{
    private const int Varint = 0;
    private const int Eight = 1;
    private const int Delimited = 2;
    private const int Four = 5;
    private int _messages;
    private int _nodes;
    private int _functions;
    private int _texts;
    private int _numbers;

    /// <summary>Scans a message and everything inside.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="type">What it is.</param>
    /// <param name="limits">What it may hold.</param>
    /// <exception cref="AnnealException">The bytes are no whole message, or a limit is passed.</exception>
    public static void Check(ReadOnlySpan<byte> bytes, MessageDescriptor type, ModelLimits limits) => new WireScan(limits).Message(bytes, type, 1);

    private void Message(ReadOnlySpan<byte> bytes, MessageDescriptor type, int depth)
    {
        if (depth > limits.Depth)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"messages are nested more than {limits.Depth} deep"));
        }

        Count(ref _messages, limits.Messages, "messages");
        if (type.Name == "NodeProto")
        {
            Count(ref _nodes, limits.Nodes, "nodes");
        }
        else if (type.Name == "FunctionProto")
        {
            Count(ref _functions, limits.Functions, "functions");
        }

        for (int at = 0; at < bytes.Length;)
        {
            ulong tag = Number(bytes, ref at, type);
            ulong number = tag >> 3;
            if (number is 0 or > (1 << 29) - 1)
            {
                throw Broken(type, $"a field has the number {number}");
            }

            switch ((int)(tag & 7))
            {
                case Varint:
                    Number(bytes, ref at, type);
                    Count(ref _numbers, limits.Numbers, "whole numbers");
                    break;
                case Eight: Take(bytes, ref at, 8, type); break;
                case Four: Take(bytes, ref at, 4, type); break;
                case Delimited: Field(Take(bytes, ref at, Number(bytes, ref at, type), type), type, (int)number, depth); break;
                default: throw Broken(type, $"field {number} is of a kind that no ONNX file has");
            }
        }
    }

    private void Field(ReadOnlySpan<byte> bytes, MessageDescriptor type, int number, int depth)
    {
        FieldDescriptor? field = type.FindFieldByNumber(number);
        switch (field?.FieldType)
        {
            case FieldType.Message:
                Message(bytes, field.MessageType, depth + 1);
                break;
            // One byte each in the file, up to eight in memory.
            case FieldType.Int32 or FieldType.Int64 or FieldType.UInt64:
                Count(ref _numbers, limits.Numbers, "whole numbers", bytes.Length);
                break;
            case FieldType.Bytes:
                Count(ref _texts, limits.Texts, "texts");
                break;
            case FieldType.String:
                Count(ref _texts, limits.Texts, "texts");
                if (bytes.Length > limits.NameBytes && field.Name != "doc_string" && type.Name != "StringStringEntryProto")
                {
                    throw ModelLimits.Beyond(FormattableString.Invariant($"{field.Name} of {type.Name} has {bytes.Length} bytes, expected at most {limits.NameBytes}"));
                }

                break;
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, ulong length, MessageDescriptor type)
    {
        if (length > (ulong)(bytes.Length - at))
        {
            throw Broken(type, $"a field of {length} bytes runs past its end");
        }

        ReadOnlySpan<byte> taken = bytes.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, ref int at, MessageDescriptor type)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (at == bytes.Length)
            {
                break;
            }

            byte next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken(type, "a number does not end");
    }

    private static void Count(ref int count, int limit, string what, int more = 1)
    {
        count += Math.Min(more, limit + 1 - count);
        if (count > limit)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"more than {limit} {what}"));
        }
    }

    private static AnnealException Broken(MessageDescriptor type, string what) => AnnealException.BadData($"not a whole ONNX file: {what}, in {type.Name}");
}
