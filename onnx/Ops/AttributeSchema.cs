using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>A formal attribute of an op.</summary>
/// <param name="Name">The standard's name of it.</param>
/// <param name="Kind">The kind of its value: a nested type of <see cref="AttributeValue"/>.</param>
/// <param name="Required">Whether a node must give it.</param>
public sealed record AttributeSchema(string Name, Type Kind, bool Required = false)
{
    /// <summary>An integer.</summary>
    /// <param name="name">The attribute's name.</param>
    /// <param name="required">Whether a node must give it.</param>
    /// <returns>The schema.</returns>
    public static AttributeSchema Int(string name, bool required = false) => new(name, typeof(AttributeValue.Int), required);

    /// <summary>A float.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Float(string name, bool required = false) => new(name, typeof(AttributeValue.Float), required);

    /// <summary>A string.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema String(string name, bool required = false) => new(name, typeof(AttributeValue.String), required);

    /// <summary>A tensor.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Tensor(string name, bool required = false) => new(name, typeof(AttributeValue.TensorValue), required);

    /// <summary>A subgraph.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Graph(string name, bool required = false) => new(name, typeof(AttributeValue.GraphValue), required);

    /// <summary>Integers.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Ints(string name, bool required = false) => new(name, typeof(AttributeValue.Ints), required);

    /// <summary>Floats.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Floats(string name, bool required = false) => new(name, typeof(AttributeValue.Floats), required);

    /// <summary>Strings.</summary>
    /// <inheritdoc cref="Int"/>
    public static AttributeSchema Strings(string name, bool required = false) => new(name, typeof(AttributeValue.Strings), required);
}
