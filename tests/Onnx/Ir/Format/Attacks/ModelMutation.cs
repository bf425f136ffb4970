using System.Collections;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Proto;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Damages a model's file: at some bytes, or at some fields of its messages so that it stays a file that can be parsed.</summary>
internal static class ModelMutation
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 7, 16, 255, -1, -2, -9, 1 << 20, int.MaxValue, int.MinValue, 1L << 31, 1L << 32, (1L << 32) + 2, 1L << 40, 1L << 62, long.MaxValue, long.MinValue,
    ];

    private static readonly float[] s_floats = [0, -0f, 1, -1, 0.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon];

    private static readonly string[] s_ops = [.. OpTable.All.Select(o => o.Name), "If", "Loop", "Gradient", "NoSuchOp"];

    /// <summary>The bytes of a damaged copy.</summary>
    /// <param name="model">The file.</param>
    /// <param name="dice">Says where and how.</param>
    public static byte[] Apply(byte[] model, Dice dice)
    {
        if (dice.Roll(4) == 0)
        {
            return Bytes(model, dice);
        }

        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        for (int i = 0; i <= dice.Roll(3); i++)
        {
            Field(proto, dice);
        }

        return proto.ToByteArray();
    }

    private static byte[] Bytes(byte[] model, Dice dice)
    {
        List<byte> bytes = [.. model];
        for (int i = 0; i <= dice.Roll(6) && bytes.Count > 0; i++)
        {
            int at = dice.Roll(bytes.Count);
            int length = Math.Min(1 + dice.Roll(8), bytes.Count - at);
            switch (dice.Roll(5))
            {
                case 0: bytes[at] ^= (byte)(1 << dice.Roll(8)); break;
                case 1: bytes[at] = (byte)dice.Roll(256); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(dice.Roll(bytes.Count), [.. bytes.GetRange(at, length)]); break;
                default: bytes.RemoveRange(at, dice.Roll(8) == 0 ? bytes.Count - at : 0); break;
            }
        }

        return [.. bytes];
    }

    private static void Field(ModelProto model, Dice dice)
    {
        List<IMessage> messages = [];
        Gather(model, messages);
        IMessage message = dice.Of(messages);
        FieldDescriptor field = dice.Of<FieldDescriptor>([.. message.Descriptor.Fields.InDeclarationOrder()]);
        // Fields that are there are of more interest than those that are not.
        for (int i = 0; i < 4 && IsEmpty(message, field); i++)
        {
            field = dice.Of<FieldDescriptor>([.. message.Descriptor.Fields.InDeclarationOrder()]);
        }

        if (field.IsRepeated)
        {
            Repeated((IList)field.Accessor.GetValue(message), field, messages, dice);
        }
        else if (field.FieldType == FieldType.Message)
        {
            IMessage[] others = [.. messages.Where(m => m.Descriptor == field.MessageType)];
            field.Accessor.SetValue(message, others.Length == 0 || dice.Roll(3) == 0 ? null : Copy(dice.Of(others)));
        }
        else if (dice.Roll(8) == 0)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            field.Accessor.SetValue(message, Scalar(field, field.Accessor.GetValue(message), messages, dice));
        }
    }

    private static void Repeated(IList list, FieldDescriptor field, List<IMessage> messages, Dice dice)
    {
        int action = list.Count == 0 ? 3 : dice.Roll(6);
        int at = list.Count == 0 ? 0 : dice.Roll(list.Count);
        if (action == 0)
        {
            list.RemoveAt(at);
        }
        else if (action == 1)
        {
            list.Add(list[at] is IMessage m ? Copy(m) : list[at]);
        }
        else if (action == 2)
        {
            int other = dice.Roll(list.Count);
            (list[at], list[other]) = (list[other], list[at]);
        }
        else if (field.FieldType == FieldType.Message)
        {
            IMessage[] others = [.. messages.Where(m => m.Descriptor == field.MessageType)];
            list.Add(others.Length == 0 ? field.MessageType.Parser.ParseFrom(ByteString.Empty) : Copy(dice.Of(others)));
        }
        else if (list.Count == 0 || action == 3)
        {
            list.Add(Scalar(field, null, messages, dice));
        }
        else
        {
            list[at] = Scalar(field, list[at], messages, dice);
        }
    }

    private static object Scalar(FieldDescriptor field, object? old, List<IMessage> messages, Dice dice)
    {
        long number = dice.Roll(3) == 0 && old is long or int ? Convert.ToInt64(old, System.Globalization.CultureInfo.InvariantCulture) + dice.Roll(5) - 2 : dice.Of(s_numbers);
        return field.FieldType switch
        {
            FieldType.Int64 => number,
            FieldType.Int32 => unchecked((int)number),
            FieldType.UInt64 => unchecked((ulong)number),
            FieldType.Float => dice.Of(s_floats),
            FieldType.Double => (double)dice.Of(s_floats),
            FieldType.Enum => field.ContainingType.Name == "TensorProto" ? (TensorProto.Types.DataLocation)dice.Roll(4) : (object)(AttributeProto.Types.AttributeType)dice.Roll(16),
            FieldType.Bytes => Bytes((ByteString?)old ?? ByteString.Empty, dice),
            _ => Text(field, messages, dice),
        };
    }

    private static ByteString Bytes(ByteString old, Dice dice) => dice.Roll(4) switch
    {
        0 => ByteString.Empty,
        1 => ByteString.CopyFrom([.. old.Select(b => dice.Roll(4) == 0 ? (byte)dice.Roll(256) : b)]),
        2 => ByteString.CopyFrom([.. old, .. old]),
        _ => ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xff, old.Length)]),
    };

    private static string Text(FieldDescriptor field, List<IMessage> messages, Dice dice)
    {
        if (field.Name == "op_type")
        {
            return dice.Of(s_ops);
        }

        string[] names = [.. messages.SelectMany(m => m is NodeProto n ? n.Input.Concat(n.Output).Append(n.Name) : m is AttributeProto a ? [a.Name] : m is ValueInfoProto v ? [v.Name] : [])];
        return names.Length == 0 || dice.Roll(5) == 0 ? dice.Of<string>(["", "x", "../w.bin", "location", "axis", new string('n', 300)]) : dice.Of(names);
    }

    private static bool IsEmpty(IMessage message, FieldDescriptor field) =>
        field.IsRepeated ? ((IList)field.Accessor.GetValue(message)).Count == 0 : !field.Accessor.HasValue(message);

    private static IMessage Copy(IMessage message) => message.Descriptor.Parser.ParseFrom(message.ToByteArray());

    private static void Gather(IMessage message, List<IMessage> messages)
    {
        messages.Add(message);
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message))
        {
            IEnumerable inner = field.IsRepeated ? (IList)field.Accessor.GetValue(message) : field.Accessor.GetValue(message) is IMessage one ? new[] { one } : Array.Empty<IMessage>();
            foreach (IMessage m in inner)
            {
                Gather(m, messages);
            }
        }
    }
}
