using System.Collections;
using System.Collections.Immutable;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>A node's attributes by name, in name order.</summary>
public sealed class Attributes : IEnumerable<KeyValuePair<string, AttributeValue>>
{
    private readonly ImmutableSortedDictionary<string, AttributeValue> _values;

    private Attributes(ImmutableSortedDictionary<string, AttributeValue> values) => _values = values;

    /// <summary>No attributes.</summary>
    public static Attributes None { get; } = new(ImmutableSortedDictionary.Create<string, AttributeValue>(StringComparer.Ordinal));

    /// <summary>The number of attributes.</summary>
    public int Count => _values.Count;

    /// <summary>Creates a set of attributes.</summary>
    /// <param name="values">Names and values; a null value is left out.</param>
    /// <returns>The attributes.</returns>
    public static Attributes Of(params ReadOnlySpan<(string Name, AttributeValue? Value)> values)
    {
        Attributes result = None;
        foreach ((string name, AttributeValue? value) in values)
        {
            result = value is null ? result : result.With(name, value);
        }

        return result;
    }

    /// <summary>These attributes and one more, or with one replaced.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The new set.</returns>
    public Attributes With(string name, AttributeValue value) => new(_values.SetItem(name, value));

    /// <summary>These attributes without one.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The new set.</returns>
    public Attributes Without(string name) => new(_values.Remove(name));

    /// <summary>The attribute of a name, or null.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The value or null.</returns>
    public AttributeValue? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>An integer attribute.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="otherwise">The value when it is absent.</param>
    /// <returns>The value.</returns>
    /// <exception cref="AnnealException">It has another kind.</exception>
    public long Int(string name, long otherwise) => Get<AttributeValue.Int>(name)?.Value ?? otherwise;

    /// <summary>A float attribute.</summary>
    /// <inheritdoc cref="Int" path="/param"/>
    /// <returns>The value.</returns>
    public float Float(string name, float otherwise) => Get<AttributeValue.Float>(name)?.Value ?? otherwise;

    /// <summary>A string attribute.</summary>
    /// <inheritdoc cref="Int" path="/param"/>
    /// <returns>The value.</returns>
    public string String(string name, string otherwise) => Get<AttributeValue.String>(name)?.Value ?? otherwise;

    /// <summary>A list of integers, or null when absent.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The values.</returns>
    public ImmutableArray<long>? Ints(string name) => Get<AttributeValue.Ints>(name)?.Values;

    /// <summary>A list of floats, or null when absent.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The values.</returns>
    public ImmutableArray<float>? Floats(string name) => Get<AttributeValue.Floats>(name)?.Values;

    /// <summary>A list of strings, or null when absent.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The values.</returns>
    public ImmutableArray<string>? Strings(string name) => Get<AttributeValue.Strings>(name)?.Values;

    /// <summary>A tensor, or null when absent.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <returns>The value.</returns>
    public Tensor? Tensor(string name) => Get<AttributeValue.TensorValue>(name)?.Value;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, AttributeValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TValue? Get<TValue>(string name)
        where TValue : AttributeValue => Find(name) switch
        {
            null => null,
            TValue value => value,
            AttributeValue other => throw AnnealException.BadData($"attribute '{name}' is of kind {other.GetType().Name}, expected {typeof(TValue).Name}"),
        };
}
