using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A table in a text file: records are cut off the file one lane at a time and read by all lanes beside each other.</summary>
internal abstract class TextRowSource : IRowSource
{
    private const int SampleRows = 100;
    private readonly CsvFormat? _format;
    private TextRecords? _records;

    private protected TextRowSource(string path, CsvFormat? format, TableLayout layout)
    {
        Path = path;
        Layout = layout;
        _format = format;
    }

    /// <inheritdoc/>
    public long? Rows => null;

    /// <inheritdoc/>
    public double Fraction => Records.Fraction;

    /// <inheritdoc/>
    public abstract IReadOnlyList<string> Ignored { get; }

    private protected string Path { get; }

    private protected TableLayout Layout { get; }

    private TextRecords Records => _records ??= OpenRecords();

    /// <inheritdoc/>
    public IRowLane OpenLane() => new Lane(this);

    /// <inheritdoc/>
    public void Skip(long count)
    {
        long found = Records.Skip(count);
        if (found < count)
        {
            throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{Path}: {found} rows, expected at least {count}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _records?.Dispose();

    /// <summary>Opens the file before its first row.</summary>
    private protected virtual TextRecords OpenRecords() => new(Path, _format);

    /// <summary>Makes what reads the records of a lane.</summary>
    private protected abstract IRecordParser CreateParser();

    /// <summary>Checks on the file's first rows that its columns are of the types that the model takes.</summary>
    /// <exception cref="AnnealException">All values of a column, as far as it has any, are of another type: the error names each such column.</exception>
    private protected void CheckTypes()
    {
        using TextRecords records = OpenRecords();
        var block = new TextBlock();
        records.Read(SampleRows, block);
        IRecordParser parser = CreateParser();
        var lane = new TableLane(Layout);
        (long Line, string Text)?[] wrong = new (long, string)?[Layout.Columns.Count];
        bool[] isRight = new bool[wrong.Length];
        for (int row = 0; row < block.Count; row++)
        {
            if (parser.Parse(block, row, lane.Row(0)) is not null)
            {
                continue;
            }

            for (int c = 0; c < wrong.Length; c++)
            {
                TableColumn column = Layout.Columns[c];
                string? text = lane.Try(column, block.Bytes);
                bool isThere = Enumerable.Range(column.Offset, column.Width).Any(i => lane.Row(0)[i].Kind != CellKind.Missing);
                isRight[c] |= text is null && isThere;
                wrong[c] ??= text is null ? null : (block[row].Line, text);
            }
        }

        // One row tells nothing of a column that the same row, being the only one, does not also tell as its error.
        string[] named = [.. Enumerable.Range(0, wrong.Length)
            .Where(c => wrong[c] is not null && !isRight[c] && block.Count > 1)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{parser.Name(Layout.Columns[c])}: {wrong[c]!.Value.Text} (line {wrong[c]!.Value.Line})"))];
        if (named.Length > 0)
        {
            throw AnnealException.BadData(
                $"{Path}: not of the types that the model takes: {string.Join("; ", named)}",
                "the model's signature says which columns are numbers: anneal inspect MODEL");
        }
    }

    private sealed class Lane : IRowLane
    {
        private readonly TextRowSource _source;
        private readonly TextBlock _block = new();
        private readonly TableLane _rows;
        private readonly IRecordParser _parser;
        private readonly int[] _records;
        private readonly List<WrongValue> _wrong = [];
        private readonly List<(int Record, AnnealException Error)> _errors = [];

        public Lane(TextRowSource source)
        {
            _source = source;
            _rows = new TableLane(source.Layout);
            _parser = source.CreateParser();
            _records = new int[_rows.Capacity];
        }

        public int Take(int count) => _source.Records.Read(count, _block) ? _block.Count : 0;

        public Tensor[] Parse(List<RejectedRow>? rejects)
        {
            _rows.Reserve(_block.Count);
            int rows = 0;
            for (int first = 0; first < _block.Count; first += _rows.Capacity)
            {
                rows += Set(rows, first, Math.Min(first + _rows.Capacity, _block.Count), rejects);
            }

            return _rows.Take(rows, _block.Bytes);
        }

        public void Dispose()
        {
        }

        private int Set(int row, int first, int end, List<RejectedRow>? rejects)
        {
            _errors.Clear();
            int filled = 0;
            for (int record = first; record < end; record++)
            {
                if (_parser.Parse(_block, record, _rows.Row(filled)) is { } error)
                {
                    _errors.Add((record, error));
                }
                else
                {
                    _records[filled++] = record;
                }
            }

            int set = _rows.Set(row, filled, _block.Bytes, _wrong);
            foreach (WrongValue value in _wrong)
            {
                int record = _records[value.Row];
                _errors.Add((record, _parser.Error(_block[record].Line, value.Column, value.Text)));
            }

            foreach ((int record, AnnealException error) in _errors.OrderBy(e => e.Record))
            {
                (rejects ?? throw error).Add(Rejected(_block[record].Line, error.Text));
            }

            return set;
        }

        private RejectedRow Rejected(long line, string text)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{_source.Path}:{line}: ");
            return new RejectedRow(line, text.StartsWith(place, StringComparison.Ordinal) ? text[place.Length..] : text);
        }
    }
}
