namespace Anneal.Onnx.Kernels;

/// <summary>A tensor seen as [Outer, Count, Inner] around one axis.</summary>
internal sealed record AxisLayout
{
    /// <summary>Splits a shape at an axis, which may count from the end.</summary>
    public AxisLayout(ReadOnlySpan<int> shape, long axis)
    {
        int at = (int)(axis < 0 ? axis + shape.Length : axis);
        Outer = Product(shape[..at]);
        Count = shape[at];
        Inner = Product(shape[(at + 1)..]);
    }

    /// <summary>The number of elements before the axis.</summary>
    public int Outer { get; }

    /// <summary>The size of the axis.</summary>
    public int Count { get; }

    /// <summary>The number of elements after the axis.</summary>
    public int Inner { get; }

    private static int Product(ReadOnlySpan<int> sizes)
    {
        int product = 1;
        foreach (int size in sizes)
        {
            product *= size;
        }

        return product;
    }
}
