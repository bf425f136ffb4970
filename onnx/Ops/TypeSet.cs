using System.Collections.Frozen;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The element types that an op's kernel takes for a type variable.</summary>
public sealed class TypeSet
{
    private readonly FrozenSet<DType> _types;

    private TypeSet(params ReadOnlySpan<DType> types) => _types = FrozenSet.ToFrozenSet(types.ToArray());

    /// <summary>float and double.</summary>
    public static TypeSet Floats { get; } = new(DType.Float, DType.Double);

    /// <summary>Numbers: floats and all integers.</summary>
    public static TypeSet Numbers { get; } = new(
        DType.Float, DType.Double, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64);

    /// <summary>int32 and int64.</summary>
    public static TypeSet Indices { get; } = new(DType.Int32, DType.Int64);

    /// <summary>int64 alone.</summary>
    public static TypeSet Int64 { get; } = new(DType.Int64);

    /// <summary>bool alone.</summary>
    public static TypeSet Bool { get; } = new(DType.Bool);

    /// <summary>string alone.</summary>
    public static TypeSet String { get; } = new(DType.String);

    /// <summary>Numbers and bool.</summary>
    public static TypeSet NumbersAndBool { get; } = new([.. Numbers._types, DType.Bool]);

    /// <summary>Numbers, bool and string: what ops compute with.</summary>
    public static TypeSet Values { get; } = new([.. Numbers._types, DType.Bool, DType.String]);

    /// <summary>All that can be held, moved and converted: <see cref="Values"/> and the floats of 16 bits.</summary>
    public static TypeSet All { get; } = new([.. Values._types, DType.Float16, DType.BFloat16]);

    /// <summary>A set of its own.</summary>
    /// <param name="types">The types.</param>
    /// <returns>The set.</returns>
    public static TypeSet Of(params ReadOnlySpan<DType> types) => new(types);

    /// <summary>Whether a type is in the set.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(DType type) => _types.Contains(type);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _types.Order().Select(t => t.Name()));
}
