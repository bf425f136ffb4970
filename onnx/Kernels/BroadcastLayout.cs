namespace Anneal.Onnx.Kernels;

/// <summary>How operands of several shapes are walked to fill one broadcast shape: rows of an innermost run.</summary>
internal sealed class BroadcastLayout
{
    private readonly int[] _sizes;
    private readonly int[][] _strides;
    private readonly int[]?[] _offsets;

    /// <summary>Merges the dimensions of an output with those of its operands.</summary>
    public BroadcastLayout(ReadOnlySpan<int> output, params ReadOnlySpan<int[]> operands)
    {
        int count = operands.Length;
        var sizes = new List<int>();
        var strides = new List<int[]>();
        var running = new int[count];
        Array.Fill(running, 1);
        for (int d = output.Length - 1; d >= 0; d--)
        {
            int size = output[d];
            var stride = new int[count];
            for (int k = 0; k < count; k++)
            {
                int at = d - (output.Length - operands[k].Length);
                int own = at >= 0 ? operands[k][at] : 1;
                stride[k] = own == 1 ? 0 : running[k];
                running[k] *= own;
            }

            if (size == 1)
            {
                continue;
            }

            if (sizes.Count > 0 && Mergeable(strides[^1], sizes[^1], stride))
            {
                sizes[^1] *= size;
            }
            else
            {
                sizes.Add(size);
                strides.Add(stride);
            }
        }

        if (sizes.Count == 0)
        {
            sizes.Add(1);
            strides.Add(new int[count]);
        }

        _sizes = [.. sizes];
        Rows = sizes.Skip(1).Aggregate(1, (n, s) => n * s);
        _strides = [.. Enumerable.Range(0, count).Select(k => strides.Select(s => s[k]).ToArray())];
        _offsets = new int[count][];
        for (int k = 0; k < count; k++)
        {
            _offsets[k] = _strides[k].Skip(1).All(s => s == 0) ? null : OffsetsOf(_strides[k]);
        }
    }

    /// <summary>Broadcasts two shapes.</summary>
    public BroadcastLayout(ReadOnlySpan<int> output, ReadOnlySpan<int> a, ReadOnlySpan<int> b)
        : this(output, [a.ToArray(), b.ToArray()])
    {
    }

    /// <summary>The length of the innermost run.</summary>
    public int Inner => _sizes[0];

    /// <summary>The number of runs.</summary>
    public int Rows { get; }

    /// <summary>The number of dimensions that are left, the run among them.</summary>
    public int Rank => _sizes.Length;

    /// <summary>The size of a dimension, counted from the innermost.</summary>
    public int Size(int dimension) => _sizes[dimension];

    /// <summary>An operand's step along a dimension, counted from the innermost: 0 where it is constant.</summary>
    public int Stride(int operand, int dimension) => _strides[operand][dimension];

    /// <summary>An operand's step along the run: 1, or 0 where it is constant.</summary>
    public int InnerStride(int operand) => _strides[operand][0];

    /// <summary>Where a run begins in an operand, in elements.</summary>
    public int Offset(int operand, int row) => _offsets[operand] is { } offsets ? offsets[row] : 0;

    private static bool Mergeable(int[] inner, int size, int[] outer)
    {
        for (int k = 0; k < inner.Length; k++)
        {
            bool contiguous = inner[k] != 0 && outer[k] == inner[k] * size;
            bool constant = inner[k] == 0 && outer[k] == 0;
            if (!contiguous && !constant)
            {
                return false;
            }
        }

        return true;
    }

    private int[] OffsetsOf(int[] strides)
    {
        var offsets = new int[Rows];
        for (int row = 0; row < offsets.Length; row++)
        {
            int rest = row;
            for (int d = 1; d < _sizes.Length; d++)
            {
                offsets[row] += rest % _sizes[d] * strides[d];
                rest /= _sizes[d];
            }
        }

        return offsets;
    }
}
