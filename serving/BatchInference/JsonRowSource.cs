using System.Globalization;
using System.Text;
using System.Text.Json;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>JSON Lines: an object per line, whose properties fill a model's inputs; a list fills a whole row of an input.</summary>
/// <seealso href="https://jsonlines.org"/>
internal sealed class JsonRowSource : TextRowSource
{
    private const int SampleRows = 100;
    private readonly byte[][] _names;

    public JsonRowSource(string path, IReadOnlyList<ValueInfo> inputs, ModelSignature? signature, IReadOnlyDictionary<string, TextCodes>? codes)
        : base(path, null, new TableLayout(inputs, signature, codes, listsAllowed: true))
    {
        _names = [.. Layout.Columns.Select(c => Encoding.UTF8.GetBytes(c.Name))];
        string[] found = FirstNames();
        if (found.Length > 0 && Layout.Lacking(path, found) is { } lacking)
        {
            throw lacking;
        }

        Ignored = Layout.Unread(found);
        CheckTypes();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ignored { get; }

    private protected override IRecordParser CreateParser() => new Parser(this);

    // The names in the first rows together: a row need not have a property whose value is missing.
    private string[] FirstNames()
    {
        using TextRecords records = OpenRecords();
        var block = new TextBlock();
        records.Read(SampleRows, block);
        var names = new List<string>();
        for (int i = 0; i < block.Count; i++)
        {
            try
            {
                using JsonDocument row = JsonDocument.Parse(block.Bytes.AsMemory(block[i].Start, block[i].Length));
                if (row.RootElement.ValueKind == JsonValueKind.Object)
                {
                    names.AddRange(row.RootElement.EnumerateObject().Select(p => p.Name).Except(names));
                }
            }
            catch (JsonException)
            {
                // Such a row is an error, or rejected, when its turn comes.
            }
        }

        return [.. names];
    }

    private sealed class Parser(JsonRowSource source) : IRecordParser
    {
        public AnnealException? Parse(TextBlock block, int record, Span<Cell> cells)
        {
            (int start, int length, long line) = block[record];
            cells.Clear();
            var reader = new Utf8JsonReader(block.Bytes.AsSpan(start, length));
            try
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                {
                    return Error(line, "expected a JSON object");
                }

                for (int next = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
                {
                    int column = Find(ref reader, next);
                    reader.Read();
                    if (column < 0)
                    {
                        reader.Skip();
                    }
                    else if (Value(ref reader, block, start, source.Layout.Columns[column], cells) is { } wrong)
                    {
                        return Error(line, source.Layout.Columns[column], wrong);
                    }

                    next = column < 0 ? next : column + 1;
                }

                // Whatever follows the object is no JSON of this line.
                reader.Read();
                return null;
            }
            catch (JsonException error)
            {
                return Error(line, string.Create(CultureInfo.InvariantCulture, $"not JSON, from byte {error.BytePositionInLine} on"));
            }
        }

        public string Name(TableColumn column) => $"'{column.Name}'";

        public AnnealException Error(long line, TableColumn column, string text) => Error(line, $"{Name(column)}: {text}");

        private AnnealException Error(long line, string text) =>
            AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{source.Path}:{line}: {text}"));

        // Properties mostly come in the columns' order.
        private int Find(ref Utf8JsonReader reader, int next)
        {
            for (int i = 0; i < source._names.Length; i++)
            {
                int column = (next + i) % source._names.Length;
                if (reader.ValueTextEquals(source._names[column]))
                {
                    return column;
                }
            }

            return -1;
        }

        // A list, nested or not, gives its numbers in order.
        private string? Value(ref Utf8JsonReader reader, TextBlock block, int start, TableColumn column, Span<Cell> cells)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                cells[column.Offset] = Scalar(ref reader, block, start);
                return column.Width == 1 && reader.TokenType != JsonTokenType.StartObject ? null
                    : $"expected {(column.Width == 1 ? "a number or text" : FormattableString.Invariant($"a list of {column.Width} numbers"))}, found {Kind(reader.TokenType)}";
            }

            int depth = reader.CurrentDepth;
            int count = 0;
            bool isOther = false;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                {
                    continue;
                }

                isOther |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.PropertyName;
                if (count < column.Width && !isOther)
                {
                    cells[column.Offset + count] = Scalar(ref reader, block, start);
                }

                count++;
            }

            return isOther ? "a list of objects, expected one of numbers"
                : count == column.Width ? null
                : FormattableString.Invariant($"a list of {count} values, expected {column.Width}");
        }

        private Cell Scalar(ref Utf8JsonReader reader, TextBlock block, int start)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
            {
                return default;
            }

            bool isText = reader.TokenType == JsonTokenType.String;
            var text = new TextSpan(start + (int)reader.TokenStartIndex + (isText ? 1 : 0), reader.ValueSpan.Length);
            if (reader.ValueIsEscaped)
            {
                byte[] plain = Encoding.UTF8.GetBytes(reader.GetString()!);
                text = new TextSpan(block.Append(plain), plain.Length);
            }

            return source.Layout.IsMissing(block.Bytes.AsSpan(text.Start, text.Length)) ? default
                : new Cell(reader.TokenType == JsonTokenType.Number ? CellKind.Number : CellKind.Text, text);
        }

        private static string Kind(JsonTokenType type) => type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.String => "text",
            JsonTokenType.Null => "null",
            _ => "a single value",
        };
    }
}
