namespace Anneal.Onnx.Kernels;

/// <summary>How a tensor, and the operands that broadcast to it, are cut into blocks: whole inner dimensions, and a range of the next one.</summary>
/// <remarks>The last block of a range takes what is left over, so that none is much shorter than the others.</remarks>
internal sealed class BlockLayout
{
    private readonly BroadcastLayout _layout;
    private readonly int _axis;
    private readonly int _step;
    private readonly int _pieces;

    /// <summary>Cuts a tensor into blocks of about a length in elements.</summary>
    public BlockLayout(ReadOnlySpan<int> output, int length, params ReadOnlySpan<int[]> operands)
    {
        // The output is walked as one operand more, so that its place follows from the same strides.
        _layout = new BroadcastLayout(output, [.. operands, output.ToArray()]);
        Output = operands.Length;
        int inner = 1;
        while (_axis < _layout.Rank - 1 && (long)inner * _layout.Size(_axis) <= length)
        {
            inner *= _layout.Size(_axis++);
        }

        int size = _layout.Size(_axis);
        _step = Math.Clamp(length / Math.Max(1, inner), 1, Math.Max(1, size));
        _pieces = Math.Max(1, size / _step);
        int outer = 1;
        for (int d = _axis + 1; d < _layout.Rank; d++)
        {
            outer *= _layout.Size(d);
        }

        Count = inner * size == 0 ? 0 : outer * _pieces;
        Longest = inner * (size - ((_pieces - 1) * _step));
    }

    /// <summary>The number of blocks.</summary>
    public int Count { get; }

    /// <summary>The elements of the longest block.</summary>
    public int Longest { get; }

    /// <summary>The index that stands for the output among the operands.</summary>
    public int Output { get; }

    /// <summary>Whether a block is the last of its range, of another size than the others.</summary>
    public bool IsLast(int block) => block % _pieces == _pieces - 1;

    /// <summary>The shape of an operand in a block.</summary>
    public int[] Shape(int operand, bool isLast)
    {
        var shape = new int[_axis + 1];
        for (int d = 0; d <= _axis; d++)
        {
            int size = d < _axis ? _layout.Size(d) : isLast ? _layout.Size(d) - ((_pieces - 1) * _step) : _step;
            shape[_axis - d] = _layout.Stride(operand, d) == 0 ? 1 : size;
        }

        return shape;
    }

    /// <summary>Where a block begins in an operand, in elements.</summary>
    public nint Offset(int operand, int block)
    {
        nint offset = (nint)(block % _pieces) * _step * _layout.Stride(operand, _axis);
        int rest = block / _pieces;
        for (int d = _axis + 1; d < _layout.Rank; d++)
        {
            offset += (nint)(rest % _layout.Size(d)) * _layout.Stride(operand, d);
            rest /= _layout.Size(d);
        }

        return offset;
    }
}
