using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>An IDX or npy file whose rows are those of a model's only input, in its shape and order of elements if need be.</summary>
internal sealed class ArrayRowSource : IRowSource
{
    private readonly ArrayFile _file;
    private readonly ArrayRow _row;

    public ArrayRowSource(ArrayFile file, IReadOnlyList<ValueInfo> inputs)
    {
        _file = file;
        long[] found = [.. file.Header.Shape.Skip(1)];
        if (inputs.Count != 1)
        {
            throw AnnealException.BadData($"an array file fills one input, the model has {inputs.Count}: {string.Join(", ", inputs.Select(i => i.Name))}").In(file.Path);
        }

        IReadOnlyList<Dim> wanted = inputs[0].Type.Shape is { Rank: > 1 } shape ? [.. shape.Dims.Skip(1)] : [.. found.Select(_ => Dim.Unknown)];
        string differ = $"rows of {file.Header.Type.Name()}[{string.Join(',', found)}], expected those of input '{inputs[0]}'";
        if (file.Header.Type != inputs[0].Type.Type || found.Any(d => d > int.MaxValue))
        {
            throw AnnealException.BadData(differ).In(file.Path);
        }

        _row = ArrayRow.Find([.. found.Select(d => (int)d)], wanted)
            ?? throw AnnealException.BadData(differ, "only the channels of images are moved, from the last place to the first or back, and rows in one line take the input's shape").In(file.Path);
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
                int[] shape = [_memory.Shape[0], .. source._row.Shape];
                _feed = source._row.Transposed is null ? _memory.Reshape(shape) : Tensor.Zeros(_memory.Type, shape);
            }

            return _count = source._file.Read(_memory);
        }

        public Tensor[] Parse(List<RejectedRow>? rejects)
        {
            if (source._row.Transposed is not null)
            {
                source._row.Reorder(_memory!.Bytes, _feed!.Bytes, _count, _memory.Type.Size());
            }

            return [_count == _feed!.Shape[0] ? _feed : _feed.Rows(0, _count)];
        }

        public void Dispose()
        {
        }
    }
}
