using System.Globalization;

namespace Anneal.Onnx.Ir;

/// <summary>A dimension of a shape: a size, a symbol such as <c>N</c>, or unknown.</summary>
public readonly record struct Dim
{
    private readonly int _sizePlusOne;

    private Dim(int size, string? symbol)
    {
        _sizePlusOne = size + 1;
        Symbol = symbol;
    }

    /// <summary>A dimension of which nothing is known.</summary>
    public static Dim Unknown => default;

    /// <summary>The size, or -1 when it is not known.</summary>
    public int Size => _sizePlusOne - 1;

    /// <summary>The symbol, or null.</summary>
    public string? Symbol { get; }

    /// <summary>Whether the size is known.</summary>
    public bool IsKnown => _sizePlusOne > 0;

    /// <summary>A known size.</summary>
    /// <param name="size">The size, at least 0.</param>
    /// <returns>The dimension.</returns>
    public static Dim Of(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new Dim(size, null);
    }

    /// <summary>A named, unknown size: equal names are equal sizes.</summary>
    /// <param name="symbol">The name.</param>
    /// <returns>The dimension.</returns>
    public static Dim Of(string symbol) => new(-1, symbol);

    /// <summary>A known size.</summary>
    /// <param name="size">The size.</param>
    public static implicit operator Dim(int size) => Of(size);

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? Size.ToString(CultureInfo.InvariantCulture) : Symbol ?? "?";
}
