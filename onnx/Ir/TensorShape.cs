using System.Collections.Immutable;

namespace Anneal.Onnx.Ir;

/// <summary>The dimensions of a tensor whose rank is known.</summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    private readonly ImmutableArray<Dim> _dims;

    /// <summary>Creates a shape.</summary>
    /// <param name="dims">The dimensions, outermost first.</param>
    public TensorShape(params ReadOnlySpan<Dim> dims) => _dims = [.. dims];

    /// <summary>Creates a shape of known sizes.</summary>
    /// <param name="sizes">The sizes, outermost first.</param>
    /// <returns>The shape.</returns>
    public static TensorShape Of(params ReadOnlySpan<int> sizes)
    {
        var dims = new Dim[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            dims[i] = Dim.Of(sizes[i]);
        }

        return new TensorShape(dims);
    }

    /// <summary>The shape of a scalar.</summary>
    public static TensorShape Scalar => new([]);

    /// <summary>The dimensions.</summary>
    public ImmutableArray<Dim> Dims => _dims.IsDefault ? [] : _dims;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Dims.Length;

    /// <summary>A dimension; a negative index counts from the end.</summary>
    /// <param name="index">The index, from -rank to rank - 1.</param>
    public Dim this[int index] => Dims[index < 0 ? index + Rank : index];

    /// <summary>Whether every size is known.</summary>
    public bool IsStatic => Dims.All(d => d.IsKnown);

    /// <summary>The sizes of a static shape.</summary>
    /// <returns>The sizes, outermost first.</returns>
    /// <exception cref="InvalidOperationException">A size is not known.</exception>
    public int[] ToSizes() => IsStatic ? [.. Dims.Select(d => d.Size)] : throw new InvalidOperationException($"{this} is not static");

    /// <summary>The number of elements, or null when a size is not known.</summary>
    public long? ElementCount => IsStatic ? Dims.Aggregate(1L, (n, d) => checked(n * d.Size)) : null;

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Dims.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(",", Dims)}]";

    /// <summary>Equality of all dimensions.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Inequality of some dimension.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);
}
