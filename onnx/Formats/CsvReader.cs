using System.Text;

namespace Anneal.Onnx.Formats;

/// <summary>Reads the rows of a delimited text file, UTF-8 and optionally gzipped, with quoted fields as in RFC 4180.</summary>
/// <remarks>Nothing is allocated per row or field unless a field's text is asked for. A quote within an unquoted field stands for itself.</remarks>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4180"/>
public sealed class CsvReader : IDisposable
{
    private const int BlockRows = 256;
    private static readonly UTF8Encoding s_utf8 = new(false, true);

    private readonly TextRecords _records;
    private readonly TextBlock _block = new();
    private readonly CsvFields _fields;
    private int _at = -1;

    /// <summary>Opens a file and reads its header line if it has one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is written down.</param>
    /// <exception cref="AnnealException">The file cannot be read, the header is missing or names a column twice, or the format's delimiter is none.</exception>
    public CsvReader(string path, CsvFormat format)
    {
        _records = new TextRecords(path, format);
        _fields = new CsvFields(path, format, null);
        try
        {
            if (format.Header)
            {
                Header = ReadHeader();
                _fields = new CsvFields(path, format, Header);
            }
        }
        catch
        {
            _records.Dispose();
            throw;
        }
    }

    /// <summary>The file's name as given.</summary>
    public string Path => _records.Path;

    /// <summary>The names in the header line; null where there is none.</summary>
    public IReadOnlyList<string>? Header { get; }

    /// <summary>The number of fields in the current row.</summary>
    public int FieldCount => _fields.Count;

    /// <summary>The line on which the current row starts, from 1.</summary>
    public long Line => _fields.Line;

    /// <summary>The bytes of a field, unquoted and trimmed; valid until the next row is read.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>UTF-8 text, not validated.</returns>
    public ReadOnlySpan<byte> this[int index] => _fields[index];

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AnnealException">The row has another number of fields than the first, a quote is not closed, or a line is blank where none may be.</exception>
    public bool Read()
    {
        if (++_at >= _block.Count)
        {
            _at = 0;
            if (!_records.Read(BlockRows, _block))
            {
                return false;
            }
        }

        _fields.Split(_block, _at);
        return true;
    }

    /// <summary>The text of a field.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>A new string.</returns>
    /// <exception cref="AnnealException">The field is not UTF-8.</exception>
    public string Text(int index)
    {
        try
        {
            return s_utf8.GetString(this[index]);
        }
        catch (DecoderFallbackException)
        {
            throw Error(index, "the text is not UTF-8");
        }
    }

    /// <summary>The text of a field in a buffer of the caller's.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <param name="destination">Receives the characters; as long as the field has bytes.</param>
    /// <returns>The number of characters.</returns>
    /// <exception cref="AnnealException">The field is not UTF-8.</exception>
    public int Text(int index, Span<char> destination)
    {
        try
        {
            return s_utf8.GetChars(this[index], destination);
        }
        catch (DecoderFallbackException)
        {
            throw Error(index, "the text is not UTF-8");
        }
    }

    /// <summary>An error about a field of the current row.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <param name="text">What is wrong with it.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>An error that names file, line and column.</returns>
    public AnnealException Error(int index, string text, string? hint = null) => _fields.Error(index, text, hint);

    /// <summary>A field as an error quotes it: shortened, in quotes.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>Printable text.</returns>
    public string Quote(int index) => CsvFields.Quote(this[index]);

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();

    internal AnnealException Error(long line, string text, string? hint = null) => _fields.Error(line, text, hint);

    private string[] ReadHeader()
    {
        if (!Read())
        {
            throw AnnealException.BadData($"{Path}: empty, expected a header line");
        }

        string[] names = new string[FieldCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Text(i);
            if (names[i].Length == 0 || names.AsSpan(0, i).Contains(names[i]))
            {
                throw Error(i, names[i].Length == 0 ? "the header gives no name" : $"the header names '{names[i]}' twice", "set header: false if the first line is data");
            }
        }

        return names;
    }
}
