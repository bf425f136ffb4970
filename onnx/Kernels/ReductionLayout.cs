namespace Anneal.Onnx.Kernels;

/// <summary>How a tensor is walked to reduce some of its axes.</summary>
internal sealed class ReductionLayout
{
    /// <summary>Merges neighbouring axes that are reduced alike.</summary>
    public ReductionLayout(ReadOnlySpan<int> shape, bool[] reduced)
    {
        var sizes = new List<int>();
        var marks = new List<bool>();
        for (int d = 0; d < shape.Length; d++)
        {
            if (shape[d] == 1)
            {
                continue;
            }

            if (sizes.Count > 0 && marks[^1] == reduced[d])
            {
                sizes[^1] *= shape[d];
            }
            else
            {
                sizes.Add(shape[d]);
                marks.Add(reduced[d]);
            }
        }

        Inner = sizes.Count == 0 ? 1 : sizes[^1];
        InnerReduced = sizes.Count == 0 || marks[^1];
        Kept = Offsets(sizes, marks, false);
        Reduced = Offsets(sizes, marks, true);
    }

    /// <summary>The length of the innermost run.</summary>
    public int Inner { get; }

    /// <summary>Whether the innermost run is reduced.</summary>
    public bool InnerReduced { get; }

    /// <summary>Where each kept index begins, the innermost run left out.</summary>
    public int[] Kept { get; }

    /// <summary>What each reduced index adds, the innermost run left out.</summary>
    public int[] Reduced { get; }

    private static int[] Offsets(List<int> sizes, List<bool> marks, bool mark)
    {
        int[] offsets = [0];
        int stride = sizes.Count == 0 ? 1 : sizes[^1];
        for (int d = sizes.Count - 2; d >= 0; d--)
        {
            if (marks[d] == mark)
            {
                int step = stride;
                offsets = [.. Enumerable.Range(0, sizes[d]).SelectMany(i => offsets.Select(o => (i * step) + o))];
            }

            stride *= sizes[d];
        }

        return offsets;
    }
}
