using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>An IDX or npy file whose rows are those of a model's only input, under another shape if need be.</summary>
internal sealed class ArrayRowSource : IRowSource
{
    private readonly ArrayFile _file;
    private readonly int[] _row;

    public ArrayRowSource(ArrayFile file, IReadOnlyList<ValueInfo> inputs)
    {
        _file = file;
        long[] found = [.. file.Header.Shape.Skip(1)];
        if (inputs.Count != 1)
        {
            throw AnnealException.BadData($"an array file fills one input, the model has {inputs.Count}: {string.Join(", ", inputs.Select(i => i.Name))}").In(file.Path);
        }

        Dim[] wanted = [.. (inputs[0].Type.Shape ?? TensorShape.Scalar).Dims.Skip(1)];
        bool isFixed = wanted.Length > 0 && wanted.All(d => d.IsKnown);
        bool fits = !isFixed || wanted.Aggregate(1L, (n, d) => n * d.Size) == found.Aggregate(1L, (n, d) => checked(n * d));
        if (file.Header.Type != inputs[0].Type.Type || !fits)
        {
            throw AnnealException.BadData($"rows of {file.Header.Type.Name()}[{string.Join(',', found)}], expected those of input '{inputs[0]}'").In(file.Path);
        }

        _row = isFixed ? [.. wanted.Select(d => d.Size)] : [.. found.Select(d => checked((int)d))];
    }

    public long? Rows => _file.Header.Shape[0];

    public double Fraction => _file.Fraction;

    public IReadOnlyList<string> Ignored => [];

    public IRowLane OpenLane() => new Lane(this);

    public void Skip(long count)
    {
        long found = _file.Skip(count);
        if (found < count)
        {
            throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{_file.Path}: {found} rows, expected at least {count}"));
        }
    }

    public void Dispose() => _file.Dispose();

    private sealed class Lane(ArrayRowSource source) : IRowLane
    {
        private Tensor? _memory;
        private Tensor? _feed;
        private int _count;

        public int Take(int count)
        {
            if (_memory is null || _memory.Shape[0] != count)
            {
                _memory = source._file.Allocate((int)Math.Min(count, Math.Max(1, source.Rows!.Value)));
                _feed = _memory.Reshape([_memory.Shape[0], .. source._row]);
            }

            return _count = source._file.Read(_memory);
        }

        public Tensor[] Parse(List<RejectedRow>? rejects) => [_count == _feed!.Shape[0] ? _feed : _feed.Rows(0, _count)];

        public void Dispose()
        {
        }
    }
}
