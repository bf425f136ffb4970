using Anneal.Onnx.Ops;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A table of what each text becomes, as a <c>LabelEncoder</c> node has it.</summary>
public sealed class TextCodes : IEquatable<TextCodes>
{
    private TextCodes(IReadOnlyList<string> keys, Tensor codes)
    {
        Keys = keys;
        Codes = codes;
    }

    /// <summary>The texts; of equal ones the first counts.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>[Keys + 1] int64 or float: what each text becomes, and last what any other does.</summary>
    public Tensor Codes { get; }

    /// <inheritdoc/>
    public bool Equals(TextCodes? other) =>
        other is not null && Keys.SequenceEqual(other.Keys, StringComparer.Ordinal) && Codes.Type == other.Codes.Type && Codes.Bytes.SequenceEqual(other.Codes.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextCodes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Keys.Count, Codes.Type);

    internal static TextCodes? Of(NodeProto node)
    {
        var encoder = new EncoderNode(node);
        if (encoder.Attribute("keys_strings") is not { } keys)
        {
            return null;
        }

        int[] shape = [keys.Strings.Count + 1];
        Tensor? codes = encoder.Attribute("values_int64s") is { } whole && whole.Ints.Count == keys.Strings.Count
            ? Tensor.Of<long>(shape, [.. whole.Ints, encoder.Attribute("default_int64")?.I ?? LabelEncoder.DefaultInt])
            : encoder.Attribute("values_floats") is { } real && real.Floats.Count == keys.Strings.Count
                ? Tensor.Of<float>(shape, [.. real.Floats, encoder.Attribute("default_float")?.F ?? LabelEncoder.DefaultFloat])
                : null;
        return codes is not null ? new TextCodes([.. keys.Strings.Select(k => k.ToStringUtf8())], codes) : null;
    }
}
