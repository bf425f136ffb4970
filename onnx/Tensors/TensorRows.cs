namespace Anneal.Onnx.Tensors;

/// <summary>Rows out of tensors.</summary>
public static class TensorRows
{
    /// <summary>Rows by their numbers, in the order given.</summary>
    /// <param name="source">A tensor of rank 1 or more.</param>
    /// <param name="rows">The rows' numbers; one may stand there more than once.</param>
    /// <returns>A tensor in memory of its own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public static Tensor Take(this Tensor source, ReadOnlySpan<int> rows)
    {
        Tensor taken = Tensor.Zeros(source.Type, [rows.Length, .. source.Shape[1..]]);
        for (int i = 0; i < rows.Length; i++)
        {
            if (source.Type == DType.String)
            {
                // Rows of strings are copies, not views to write into.
                source.Rows(rows[i], 1).Strings.CopyTo(taken.Strings, i * (taken.Length / rows.Length));
            }
            else
            {
                source.Rows(rows[i], 1).CopyTo(taken.Rows(i, 1));
            }
        }

        return taken;
    }
}
