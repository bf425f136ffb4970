using System.Numerics;
using System.Runtime.Intrinsics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Onnx.Kernels;

/// <summary>Self attention of one shape and its gradient: each head of each sequence is one piece of work that stays in the cache.</summary>
/// <remarks>
/// Scores lie as [key, query], so that softmax goes down columns, a vector of queries at a time. No transposed copy of queries, keys
/// or values is stored outside the cache.
/// </remarks>
internal sealed unsafe class AttentionPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostItems = 64;

    private readonly int _length;
    private readonly int _heads;
    private readonly int _width;
    private readonly int _depth;
    private readonly int _columns;
    private readonly int _depthColumns;
    private readonly int _pairs;
    private readonly int _perItem;
    private readonly int _bytes;
    private readonly Slot? _scratch;
    private readonly Slot _packed;
    private readonly Slot _weights;
    private readonly Slot _given;
    private readonly Slot _result;

    /// <summary>Plans the work.</summary>
    /// <param name="spec">Where scratch memory comes from.</param>
    /// <param name="packed">Queries, keys and values side by side, [N, T, 3F].</param>
    /// <param name="weights">The weights, [N, heads, key, query]: written forward, read backward.</param>
    /// <param name="given">Backward: the gradient of the attention's output, [N, T, F].</param>
    /// <param name="result">Forward [N, T, F]; backward the gradient of <paramref name="packed"/>.</param>
    /// <param name="heads">The number of heads.</param>
    public AttentionPlan(KernelSpec spec, Slot packed, Slot weights, Slot given, Slot result, int heads)
    {
        _packed = packed;
        _weights = weights;
        _given = given;
        _result = result;
        _heads = heads;
        _length = packed.Shape[1];
        _width = packed.Shape[2] / 3;
        _depth = _width / heads;
        _columns = RoundUp(_length, Vector512<T>.Count);
        _depthColumns = RoundUp(_depth, MicroKernelTable<T>.Width);
        _pairs = packed.Length == 0 ? 0 : packed.Shape[0] * heads;
        _perItem = Math.Max(1, _pairs / MostItems);
        Items = (_pairs + _perItem - 1) / _perItem;
        _bytes = checked((((_depth + (2 * _length)) * _columns) + (2 * _length * _depthColumns)) * sizeof(T));
        _scratch = _bytes > ThreadScratch.Bytes ? spec.Scratch((long)_bytes * Items) : null;
    }

    /// <summary>The number of work items.</summary>
    public int Items { get; }

    /// <summary>One work item of the attention.</summary>
    public void Forward(int item)
    {
        T* turned = Memory(item);
        T* scores = turned + (_depth * _columns);
        int end = Math.Min(_pairs, (item + 1) * _perItem);
        for (int pair = item * _perItem; pair < end; pair++)
        {
            T* queries = Packed(_packed, pair);
            T* to = (T*)_result.Pointer + Place(pair, _width);
            GemmPacking.Pack(queries, 3 * _width, 1, _depth, _length, turned, _columns);
            SmallProduct<T>.Run(_length, _columns / MicroKernelTable<T>.Width, _depth, queries + _width, 3 * _width, 1, turned, _columns, scores, _columns);
            Softmax(scores);
            Store(scores, Weights(pair));
            Mix(scores, 1, _columns, queries + (2 * _width), 3 * _width, to, _width, scores + (_length * _columns));
        }
    }

    /// <summary>One work item of the gradient.</summary>
    public void Backward(int item)
    {
        T* turned = Memory(item);
        T* weights = turned + (_depth * _columns);
        T* scores = weights + (_length * _columns);
        T* spare = scores + (_length * _columns);
        int end = Math.Min(_pairs, (item + 1) * _perItem);
        for (int pair = item * _perItem; pair < end; pair++)
        {
            T* queries = Packed(_packed, pair);
            T* keys = queries + _width;
            T* dQueries = Packed(_result, pair);
            T* given = (T*)_given.Pointer + Place(pair, _width);
            Load(Weights(pair), weights);
            Mix(weights, _columns, 1, given, _width, dQueries + (2 * _width), 3 * _width, spare);
            GemmPacking.Pack(given, _width, 1, _depth, _length, turned, _columns);
            SmallProduct<T>.Run(_length, _columns / MicroKernelTable<T>.Width, _depth, keys + _width, 3 * _width, 1, turned, _columns, scores, _columns);
            SoftmaxGradient(weights, scores);
            Mix(scores, _columns, 1, queries, 3 * _width, dQueries + _width, 3 * _width, spare);
            Mix(scores, 1, _columns, keys, 3 * _width, dQueries, 3 * _width, spare);
        }
    }

    private static int RoundUp(int length, int size) => (length + size - 1) / size * size;

    private T* Memory(int item) => (T*)(_scratch is null ? ThreadScratch.Memory : _scratch.Pointer + ((long)item * _bytes));

    private nint Place(int pair, int row) => ((nint)(pair / _heads) * _length * row) + (pair % _heads * _depth);

    private T* Packed(Slot slot, int pair) => (T*)slot.Pointer + Place(pair, 3 * _width);

    private T* Weights(int pair) => (T*)_weights.Pointer + ((nint)pair * _length * _length);

    // Whole vectors run over a row's end into the next row, which is written after it; the last rows are copied as they are.
    private void Store(T* padded, T* dense)
    {
        for (int row = 0; row < _length; row++, padded += _columns)
        {
            Copy(padded, dense + (row * _length), HasRoom(row));
        }
    }

    // What lies behind a row's end stays in columns that nobody reads.
    private void Load(T* dense, T* padded)
    {
        for (int row = 0; row < _length; row++, padded += _columns)
        {
            Copy(dense + (row * _length), padded, HasRoom(row));
        }
    }

    private bool HasRoom(int row) => (row * _length) + _columns <= _length * _length;

    private void Copy(T* x, T* y, bool whole)
    {
        for (int j = 0; whole && j < _columns; j += Vector512<T>.Count)
        {
            Vector512.Load(x + j).Store(y + j);
        }

        if (!whole)
        {
            new ReadOnlySpan<T>(x, _length).CopyTo(new Span<T>(y, _length));
        }
    }

    // [T, T] · [T, depth]
    private void Mix(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T* spare)
    {
        int vectors = _depthColumns / MicroKernelTable<T>.Width;
        if (_depth == _depthColumns)
        {
            SmallProduct<T>.Run(_length, vectors, _length, a, aRow, aStep, b, bRow, c, cRow);
            return;
        }

        T* sums = spare + (_length * _depthColumns);
        GemmPacking.Pack(b, 1, bRow, _length, _depth, spare, _depthColumns);
        SmallProduct<T>.Run(_length, vectors, _length, a, aRow, aStep, spare, _depthColumns, sums, _depthColumns);
        for (int row = 0; row < _length; row++)
        {
            new ReadOnlySpan<T>(sums + (row * _depthColumns), _depth).CopyTo(new Span<T>(c + (row * cRow), _depth));
        }
    }

    private void Softmax(T* scores)
    {
        var scale = Vector512.Create(T.One / T.Sqrt(T.CreateTruncating(_depth)));
        nint end = (nint)_length * _columns;
        for (int j = 0; j < _columns; j += Vector512<T>.Count)
        {
            Vector512<T> max = Vector512.Load(scores + j);
            for (nint at = _columns + j; at < end; at += _columns)
            {
                max = Vector512.Max(max, Vector512.Load(scores + at));
            }

            for (nint at = j; at < end; at += _columns)
            {
                ((Vector512.Load(scores + at) - max) * scale).Store(scores + at);
            }
        }

        var all = new Span<T>(scores, (int)end);
        TensorPrimitives.Exp(all, all);
        for (int j = 0; j < _columns; j += Vector512<T>.Count)
        {
            Vector512<T> sum = Vector512<T>.Zero;
            for (nint at = j; at < end; at += _columns)
            {
                sum += Vector512.Load(scores + at);
            }

            Vector512<T> factor = Vector512<T>.One / sum;
            for (nint at = j; at < end; at += _columns)
            {
                (Vector512.Load(scores + at) * factor).Store(scores + at);
            }
        }
    }

    private void SoftmaxGradient(T* weights, T* scores)
    {
        var scale = Vector512.Create(T.One / T.Sqrt(T.CreateTruncating(_depth)));
        nint end = (nint)_length * _columns;
        for (int j = 0; j < _columns; j += Vector512<T>.Count)
        {
            Vector512<T> sum = Vector512<T>.Zero;
            for (nint at = j; at < end; at += _columns)
            {
                sum += Vector512.Load(weights + at) * Vector512.Load(scores + at);
            }

            for (nint at = j; at < end; at += _columns)
            {
                (Vector512.Load(weights + at) * (Vector512.Load(scores + at) - sum) * scale).Store(scores + at);
            }
        }
    }
}
