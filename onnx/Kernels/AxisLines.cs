namespace Anneal.Onnx.Kernels;

/// <summary>The lines along one axis of an array of indices, and where each lies in the array that is indexed.</summary>
/// <remarks>Indices of one line touch one line of the data only, so that lines can be worked on side by side.</remarks>
internal sealed class AxisLines
{
    private readonly int[] _sizes;
    private readonly int[] _dataStrides;
    private readonly int[] _indexStrides;

    public AxisLines(ReadOnlySpan<int> data, ReadOnlySpan<int> indices, int axis)
    {
        int[] dataStrides = StridedCopy.Dense(data);
        int[] indexStrides = StridedCopy.Dense(indices);
        DataStep = dataStrides[axis];
        IndexStep = indexStrides[axis];
        Length = indices[axis];
        int[] rest = [.. Enumerable.Range(0, data.Length).Where(d => d != axis)];
        int[] sizes = indices.ToArray();
        _sizes = [.. rest.Select(d => sizes[d])];
        _dataStrides = [.. rest.Select(d => dataStrides[d])];
        _indexStrides = [.. rest.Select(d => indexStrides[d])];
        Count = _sizes.Aggregate(1, (n, s) => n * s);
        PerItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, Length));
        Items = Length == 0 ? 0 : (int)(((long)Count + PerItem - 1) / PerItem);
    }

    /// <summary>The number of lines.</summary>
    public int Count { get; }

    /// <summary>The number of indices in a line.</summary>
    public int Length { get; }

    /// <summary>Elements between neighbours of a line in the data.</summary>
    public int DataStep { get; }

    /// <summary>Elements between neighbours of a line in the indices.</summary>
    public int IndexStep { get; }

    /// <summary>Lines per work item.</summary>
    public int PerItem { get; }

    /// <summary>The number of work items.</summary>
    public int Items { get; }

    /// <summary>Where a line begins, in elements.</summary>
    public (int Data, int Index) Start(int line)
    {
        int data = 0;
        int index = 0;
        for (int d = _sizes.Length - 1; d >= 0; d--)
        {
            int at = line % _sizes[d];
            line /= _sizes[d];
            data += at * _dataStrides[d];
            index += at * _indexStrides[d];
        }

        return (data, index);
    }
}
