using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Parquet;
using Parquet.Schema;

namespace Anneal.Serving.BatchInference;

/// <summary>A Parquet file whose columns fill a model's inputs. Of a row group in turn, the columns that the model reads are in memory.</summary>
internal sealed class ParquetRowSource : IRowSource
{
    private readonly string _path;
    private readonly TableLayout _layout;
    private readonly ParquetReader _file;
    private readonly DataField[] _fields;
    private int _nextGroup;
    private long _done;
    private Group _group = new([], 0, 0);
    private int _at;

    public ParquetRowSource(string path, IReadOnlyList<ValueInfo> inputs, ModelSignature? signature, IReadOnlyDictionary<string, TextCodes>? codes)
    {
        _path = path;
        _layout = new TableLayout(inputs, signature, codes, listsAllowed: false);
        _file = Guard(() => ParquetReader.CreateAsync(path).GetAwaiter().GetResult());
        try
        {
            DataField[] fields = [.. _file.Schema.GetDataFields().Where(f => f.Path.Length == 1)];
            string[] names = [.. fields.Select(f => f.Name)];
            if (_layout.Lacking(path, names) is { } lacking)
            {
                throw lacking;
            }

            _fields = [.. _layout.Columns.Select(c => fields[Array.IndexOf(names, c.Name)])];
            Ignored = _layout.Unread(names);
            CheckTypes();
            Rows = Guard(() => Enumerable.Range(0, _file.RowGroupCount).Sum(RowsOf));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long? Rows { get; }

    public double Fraction => Rows > 0 ? (double)_done / Rows.Value : 1;

    public IReadOnlyList<string> Ignored { get; }

    public IRowLane OpenLane() => new Lane(this);

    public void Skip(long count)
    {
        while (count > 0 && Advance(count))
        {
            int passed = (int)Math.Min(count, _group.Rows - _at);
            _at += passed;
            _done += passed;
            count -= passed;
        }

        if (count > 0)
        {
            throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{_path}: {Rows} rows, {count} less than expected"));
        }
    }

    public void Dispose() => _file.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void CheckTypes()
    {
        string[] wrong = [.. Enumerable.Range(0, _fields.Length)
            .Where(i => _fields[i].MaxRepetitionLevel > 0 || ParquetColumn.HoldsNumbers(_fields[i].ClrType) is not { } isNumber || (!isNumber && !_layout.IsText(_layout.Columns[i])))
            .Select(i => $"column '{_fields[i].Name}' holds {ParquetColumn.NameOf(_fields[i].ClrType)}{(_fields[i].MaxRepetitionLevel > 0 ? " lists" : "")}, expected {(_layout.IsText(_layout.Columns[i]) ? "text" : "numbers")}")];
        if (wrong.Length > 0)
        {
            throw AnnealException.BadData(
                $"{_path}: not of the types that the model takes: {string.Join("; ", wrong)}", "the model's signature says which columns are numbers: anneal inspect MODEL");
        }
    }

    private long RowsOf(int group)
    {
        using ParquetRowGroupReader reader = _file.OpenRowGroupReader(group);
        return reader.RowCount;
    }

    // Row groups that are passed over whole are not read.
    private bool Advance(long toSkip)
    {
        while (_at == _group.Rows)
        {
            if (_nextGroup == _file.RowGroupCount)
            {
                return false;
            }

            int index = _nextGroup++;
            _group = Guard(() =>
            {
                using ParquetRowGroupReader reader = _file.OpenRowGroupReader(index);
                int rows = checked((int)reader.RowCount);
                return new Group(rows <= toSkip ? [] : [.. _fields.Select(f => ParquetColumn.Read(reader, f, rows))], rows, _done);
            });
            _at = 0;
        }

        return true;
    }

    // The library tells a damaged file by whatever its decoder ran into.
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not (AnnealException or OutOfMemoryException))
        {
            throw new AnnealException(ExitCode.Data, $"{_path}: cannot be read as Parquet: {error.Message}", inner: error);
        }
    }

    private sealed record Group(ParquetColumn[] Columns, int Rows, long First);

    private sealed class Lane(ParquetRowSource source) : IRowLane
    {
        private readonly FeedInput[] _inputs = source._layout.Allocate();
        private readonly TextBlock _text = new();
        private Group _group = source._group;
        private int _start;
        private int _count;

        public int Take(int count)
        {
            if (!source.Advance(0))
            {
                return 0;
            }

            _group = source._group;
            _start = source._at;
            _count = Math.Min(count, _group.Rows - _start);
            source._at += _count;
            source._done += _count;
            return _count;
        }

        public Tensor[] Parse(List<RejectedRow>? rejects)
        {
            _text.Clear();
            foreach (FeedInput input in _inputs)
            {
                input.Reserve(_count);
            }

            int rows = 0;
            for (int i = 0; i < _count; i++)
            {
                string? wrong = Set(rows, _start + i);
                long number = _group.First + _start + i + 1;
                if (wrong is null)
                {
                    rows++;
                }
                else if (rejects is not null)
                {
                    rejects.Add(new RejectedRow(number, wrong));
                }
                else
                {
                    throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{source._path}: row {number}: {wrong}"));
                }
            }

            return [.. _inputs.Select(input => input.Take(rows, _text.Bytes))];
        }

        public void Dispose()
        {
        }

        private string? Set(int row, int from)
        {
            for (int c = 0; c < _group.Columns.Length; c++)
            {
                foreach ((int input, int element) in source._layout.Columns[c].Places)
                {
                    if (_group.Columns[c].Set(_inputs[input], row, element, from, _text, source._layout.IsMissing) is { } wrong)
                    {
                        return $"column '{source._layout.Columns[c].Name}': {wrong}";
                    }
                }
            }

            return null;
        }
    }
}
