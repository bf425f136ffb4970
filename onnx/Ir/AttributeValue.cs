using System.Collections.Immutable;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>The value of a node's attribute.</summary>
public abstract record AttributeValue
{
    private AttributeValue()
    {
    }

    /// <summary>An integer.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Int(long Value) : AttributeValue;

    /// <summary>A float.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Float(float Value) : AttributeValue;

    /// <summary>A UTF-8 string.</summary>
    /// <param name="Value">The value.</param>
    public sealed record String(string Value) : AttributeValue;

    /// <summary>A tensor.</summary>
    /// <param name="Value">The value.</param>
    public sealed record TensorValue(Tensor Value) : AttributeValue;

    /// <summary>A subgraph.</summary>
    /// <param name="Value">The value.</param>
    public sealed record GraphValue(Graph Value) : AttributeValue;

    /// <summary>Integers.</summary>
    /// <param name="Values">The values.</param>
    public sealed record Ints(ImmutableArray<long> Values) : AttributeValue;

    /// <summary>Floats.</summary>
    /// <param name="Values">The values.</param>
    public sealed record Floats(ImmutableArray<float> Values) : AttributeValue;

    /// <summary>Strings.</summary>
    /// <param name="Values">The values.</param>
    public sealed record Strings(ImmutableArray<string> Values) : AttributeValue;

    /// <summary>Inside a function's body: the value of the calling node's attribute of this name.</summary>
    /// <param name="Name">The attribute of the function.</param>
    /// <param name="Kind">The kind it has: an attribute of that kind, used only for its type.</param>
    public sealed record Reference(string Name, Type Kind) : AttributeValue;

    /// <summary>An integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator AttributeValue(long value) => new Int(value);

    /// <summary>A float.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator AttributeValue(float value) => new Float(value);

    /// <summary>A string.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator AttributeValue(string value) => new String(value);

    /// <summary>A tensor.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator AttributeValue(Tensor value) => new TensorValue(value);

    /// <summary>Integers.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator AttributeValue(long[] values) => new Ints([.. values]);
}
