using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Copies elements of any type between two operands walked by strides: what transposing, slicing, tiling and joining have in common.</summary>
/// <remarks>Dimensions are merged until the innermost run is as long as it gets; where only the source's runs are contiguous the copy goes in square blocks.</remarks>
internal sealed unsafe class StridedCopy
{
    private const int Block = 32;
    private readonly Slot _x;
    private readonly Slot _y;
    private readonly int[] _sizes;
    private readonly int[] _xStrides;
    private readonly int[] _yStrides;
    private readonly int _xStart;
    private readonly int _yStart;
    private readonly bool _isTransposed;
    private readonly int _inner;
    private readonly int _xStep;
    private readonly int _yStep;
    private readonly int _length;
    private readonly int _second;
    private readonly int _ySecond;
    private readonly int _rows;
    private readonly int _pieces;
    private readonly int _pieceLength;
    private readonly int _rowsPerItem;
    private readonly int _items;
    private readonly Action<int> _body;

    /// <summary>Plans a copy.</summary>
    /// <param name="x">The source.</param>
    /// <param name="y">The destination, of the same element type.</param>
    /// <param name="sizes">The sizes of the region that is copied, outermost first.</param>
    /// <param name="xStrides">Elements between neighbours in the source, per dimension; 0 repeats, negative ones go backwards.</param>
    /// <param name="yStrides">Elements between neighbours in the destination, per dimension.</param>
    /// <param name="xStart">The region's first element in the source.</param>
    /// <param name="yStart">The region's first element in the destination.</param>
    public StridedCopy(Slot x, Slot y, ReadOnlySpan<int> sizes, ReadOnlySpan<int> xStrides, ReadOnlySpan<int> yStrides, int xStart = 0, int yStart = 0)
    {
        _x = x;
        _y = y;
        _xStart = xStart;
        _yStart = yStart;
        var dims = Merge(sizes, xStrides, yStrides);
        (_inner, _xStep, _yStep) = dims[^1];
        dims.RemoveAt(dims.Count - 1);
        int second = x.Type != DType.String && _xStep != 1 && _xStep != 0 && _yStep == 1 ? dims.FindLastIndex(d => d.X == 1) : -1;
        _isTransposed = second >= 0;
        (_second, _, _ySecond) = _isTransposed ? dims[second] : (1, 0, 0);
        if (_isTransposed)
        {
            dims.RemoveAt(second);
        }

        _sizes = [.. dims.Select(d => d.Size)];
        _xStrides = [.. dims.Select(d => d.X)];
        _yStrides = [.. dims.Select(d => d.Y)];
        _rows = _sizes.Aggregate(1, (n, s) => n * s);
        _length = _isTransposed ? _second : _inner;
        int width = Math.Max(1, _isTransposed ? _inner : 1);
        _pieceLength = _isTransposed ? Math.Max(Block, Elementwise.Chunk / width / Block * Block) : Elementwise.Chunk;
        _pieces = x.Type == DType.String ? 1 : ((_length - 1) / _pieceLength) + 1;
        _rowsPerItem = _pieces > 1 ? 1 : Math.Max(1, Elementwise.Chunk / Math.Max(1, _length * width));
        bool isEmpty = _rows == 0 || _length == 0 || _inner == 0;
        _items = isEmpty ? 0 : _pieces > 1 ? _rows * _pieces : ((_rows - 1) / _rowsPerItem) + 1;
        _body = x.Type == DType.String ? StringItem : x.Type.Size() switch
        {
            1 => Item<byte>,
            2 => Item<ushort>,
            4 => Item<uint>,
            8 => Item<ulong>,
            _ => Item<UInt128>,
        };
    }

    /// <summary>Copies.</summary>
    public void Run(Team team) => team.Run(_items, _body);

    /// <summary>The strides of a dense row-major array.</summary>
    public static int[] Dense(ReadOnlySpan<int> shape)
    {
        int[] strides = new int[shape.Length];
        int stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= shape[d];
        }

        return strides;
    }

    private static List<(int Size, int X, int Y)> Merge(ReadOnlySpan<int> sizes, ReadOnlySpan<int> xStrides, ReadOnlySpan<int> yStrides)
    {
        var dims = new List<(int Size, int X, int Y)>();
        for (int d = 0; d < sizes.Length; d++)
        {
            if (sizes[d] == 1)
            {
                continue;
            }

            if (dims.Count > 0 && dims[^1].X == (long)xStrides[d] * sizes[d] && dims[^1].Y == (long)yStrides[d] * sizes[d])
            {
                dims[^1] = (dims[^1].Size * sizes[d], xStrides[d], yStrides[d]);
            }
            else
            {
                dims.Add((sizes[d], xStrides[d], yStrides[d]));
            }
        }

        if (dims.Count == 0)
        {
            dims.Add((1, 1, 1));
        }

        return dims;
    }

    private void Item<T>(int item)
        where T : unmanaged
    {
        int first = _pieces > 1 ? item / _pieces : item * _rowsPerItem;
        int last = _pieces > 1 ? first + 1 : Math.Min(_rows, first + _rowsPerItem);
        int from = _pieces > 1 ? item % _pieces * _pieceLength : 0;
        int count = Math.Min(_pieceLength, _length - from);
        Span<int> index = stackalloc int[_sizes.Length];
        (int xAt, int yAt) = Seek(first, index);
        for (int row = first; row < last; row++)
        {
            T* x = (T*)_x.Pointer + xAt;
            T* y = (T*)_y.Pointer + yAt;
            if (_isTransposed)
            {
                Transpose(x + from, y + ((nint)from * _ySecond), count);
            }
            else
            {
                Run(x + ((nint)from * _xStep), y + ((nint)from * _yStep), count);
            }

            Next(index, ref xAt, ref yAt);
        }
    }

    private void StringItem(int item)
    {
        Span<int> index = stackalloc int[_sizes.Length];
        int first = item * _rowsPerItem;
        int last = Math.Min(_rows, first + _rowsPerItem);
        (int xAt, int yAt) = Seek(first, index);
        for (int row = first; row < last; row++)
        {
            for (int i = 0; i < _inner; i++)
            {
                _y.Strings[yAt + (i * _yStep)] = _x.Strings[xAt + (i * _xStep)];
            }

            Next(index, ref xAt, ref yAt);
        }
    }

    private (int X, int Y) Seek(int row, Span<int> index)
    {
        int x = _xStart;
        int y = _yStart;
        for (int d = _sizes.Length - 1; d >= 0; d--)
        {
            index[d] = row % _sizes[d];
            row /= _sizes[d];
            x += index[d] * _xStrides[d];
            y += index[d] * _yStrides[d];
        }

        return (x, y);
    }

    private void Next(Span<int> index, ref int x, ref int y)
    {
        for (int d = _sizes.Length - 1; d >= 0; d--)
        {
            x += _xStrides[d];
            y += _yStrides[d];
            if (++index[d] < _sizes[d])
            {
                return;
            }

            index[d] = 0;
            x -= _xStrides[d] * _sizes[d];
            y -= _yStrides[d] * _sizes[d];
        }
    }

    private void Run<T>(T* x, T* y, int count)
        where T : unmanaged
    {
        if (_xStep == 1 && _yStep == 1)
        {
            new ReadOnlySpan<T>(x, count).CopyTo(new Span<T>(y, count));
        }
        else if (_xStep == 0 && _yStep == 1)
        {
            new Span<T>(y, count).Fill(*x);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                y[(nint)i * _yStep] = x[(nint)i * _xStep];
            }
        }
    }

    private void Transpose<T>(T* x, T* y, int count)
        where T : unmanaged
    {
        nint xStep = _xStep;
        nint ySecond = _ySecond;
        for (int i0 = 0; i0 < count; i0 += Block)
        {
            int i1 = Math.Min(count, i0 + Block);
            for (int j0 = 0; j0 < _inner; j0 += Block)
            {
                int j1 = Math.Min(_inner, j0 + Block);
                for (int i = i0; i < i1; i++)
                {
                    T* from = x + i;
                    T* to = y + (i * ySecond);
                    for (int j = j0; j < j1; j++)
                    {
                        to[j] = from[j * xStep];
                    }
                }
            }
        }
    }
}
