using System.Globalization;
using System.Runtime.CompilerServices;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A delimited text table whose columns fill a model's inputs.</summary>
internal sealed class CsvRowSource : TextRowSource
{
    private readonly CsvFormat _format;
    private readonly string[]? _header;
    private readonly int _fieldCount;
    private readonly int[] _fields;

    public CsvRowSource(string path, IReadOnlyList<ValueInfo> inputs, ModelSignature? signature, IReadOnlyDictionary<string, TextCodes>? codes)
        : base(path, signature?.Table?.Format ?? new CsvFormat(), new TableLayout(inputs, signature, codes, listsAllowed: false))
    {
        _format = signature?.Table?.Format ?? new CsvFormat();
        using (var first = new CsvReader(path, _format))
        {
            _header = first.Header?.ToArray();
            _fieldCount = _header?.Length ?? (first.Read() ? first.FieldCount : 0);
        }

        string[] names = _header ?? Positioned();
        if (Layout.Lacking(path, names) is { } lacking)
        {
            throw lacking;
        }

        _fields = [.. Layout.Columns.Select(c => Array.IndexOf(names, c.Name))];
        Ignored = _header is null ? [] : Layout.Unread(names);
        CheckTypes();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ignored { get; }

    private protected override TextRecords OpenRecords()
    {
        TextRecords records = base.OpenRecords();
        if (_header is not null)
        {
            records.Skip(1);
        }

        return records;
    }

    private protected override IRecordParser CreateParser() => new Parser(this);

    // A table without a header line has its columns in the order of the training table, with or without what is for training only.
    private string[] Positioned()
    {
        SignatureTable table = Layout.Table!;
        int found = _fieldCount == 0 ? table.Columns.Length : _fieldCount;
        string[] names = [.. table.Columns.Select(c => c.Name).Where(name => found == table.Columns.Length || !table.IsForTrainingOnly(name))];
        return found == names.Length
            ? names
            : throw AnnealException.BadData($"{Path}:1: {found} fields, expected {table.Columns.Length}: {string.Join(", ", table.Columns.Select(c => c.Name))}");
    }

    private sealed class Parser(CsvRowSource source) : IRecordParser
    {
        private readonly CsvFields _record = new(source.Path, source._format, source._header) { Expected = source._fieldCount };

        public AnnealException? Parse(TextBlock block, int record, Span<Cell> cells)
        {
            try
            {
                _record.Split(block, record);
            }
            catch (AnnealException error)
            {
                return error;
            }

            Fill(cells, block.Bytes);
            return null;
        }

        public string Name(TableColumn column)
        {
            int field = source._fields[column.Offset];
            return source._header is null ? string.Create(CultureInfo.InvariantCulture, $"column {field + 1} '{column.Name}'") : _record.Name(field);
        }

        public AnnealException Error(long line, TableColumn column, string text) =>
            AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{source.Path}:{line}: {Name(column)}: {text}"));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Fill(Span<Cell> cells, byte[] text)
        {
            ReadOnlySpan<TextSpan> spans = _record.Spans;
            int[] fields = source._fields;
            for (int i = 0; i < cells.Length; i++)
            {
                TextSpan span = spans[fields[i]];
                cells[i] = new Cell(source.Layout.IsMissing(text.AsSpan(span.Start, span.Length)) ? CellKind.Missing : CellKind.Untyped, span);
            }
        }
    }
}
