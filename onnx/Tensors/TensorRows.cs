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
            taken.PutRows(i, source.Rows(rows[i], 1));
        }

        return taken;
    }

    /// <summary>Writes rows into a tensor.</summary>
    /// <param name="target">A tensor of rank 1 or more.</param>
    /// <param name="start">The first row that is written.</param>
    /// <param name="rows">The rows, of the same type and of the same shape but for the first dimension.</param>
    public static void PutRows(this Tensor target, int start, Tensor rows)
    {
        if (target.Type == DType.String)
        {
            // Rows of strings are copies, not views to write into.
            rows.Strings.CopyTo(target.Strings, start * (target.Length / Math.Max(1, target.Shape[0])));
        }
        else
        {
            rows.CopyTo(target.Rows(start, rows.Shape[0]));
        }
    }
}
