using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>Reads index tuples, the last dimension of an int64 operand, as places in the leading dimensions of some data.</summary>
internal sealed unsafe class IndexTuples
{
    private readonly Node _node;
    private readonly Slot _indices;
    private readonly int[] _sizes;
    private readonly int[] _strides;
    private readonly int _firstAxis;

    public IndexTuples(Node node, Slot indices, ReadOnlySpan<int> data, int firstAxis = 0)
    {
        _node = node;
        _indices = indices;
        _firstAxis = firstAxis;
        int length = indices.Shape[^1];
        int[] strides = StridedCopy.Dense(data);
        _sizes = data.Slice(firstAxis, length).ToArray();
        _strides = strides[firstAxis..(firstAxis + length)];
        Count = 1;
        foreach (int size in indices.Shape[..^1])
        {
            Count *= size;
        }

        Slice = 1;
        foreach (int size in data[(firstAxis + length)..])
        {
            Slice *= size;
        }
    }

    /// <summary>The number of tuples.</summary>
    public int Count { get; }

    /// <summary>The number of elements that a tuple names.</summary>
    public int Slice { get; }

    /// <summary>The first element that a tuple names.</summary>
    public int Start(int tuple)
    {
        long* values = (long*)_indices.Pointer + ((nint)tuple * _sizes.Length);
        int start = 0;
        for (int i = 0; i < _sizes.Length; i++)
        {
            long index = values[i] < 0 ? values[i] + _sizes[i] : values[i];
            start += index >= 0 && index < _sizes[i] ? (int)index * _strides[i] : throw OutOfRange(values[i], i);
        }

        return start;
    }

    private AnnealException OutOfRange(long index, int i) => AnnealException
        .BadData($"index {index} is out of range for axis {_firstAxis + i} of size {_sizes[i]}", $"indices go from {-_sizes[i]} to {_sizes[i] - 1}")
        .In(_node);
}
