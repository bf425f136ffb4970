using System.Globalization;
using System.Text;

namespace Anneal.Onnx.Formats;

/// <summary>Reads the rows of a delimited text file, UTF-8 and optionally gzipped, with quoted fields as in RFC 4180.</summary>
/// <remarks>Nothing is allocated per row or field unless a field's text is asked for. A quote within an unquoted field stands for itself.</remarks>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4180"/>
public sealed class CsvReader : IDisposable
{
    private const int ShownLength = 40;
    private static readonly UTF8Encoding s_utf8 = new(false, true);

    private readonly DataFile _file;
    private readonly CsvFormat _format;
    private readonly CsvTokenizer _record;
    private int _expected = -1;

    /// <summary>Opens a file and reads its header line if it has one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is written down.</param>
    /// <exception cref="AnnealException">The file cannot be read, the header is missing or names a column twice, or the format's delimiter is none.</exception>
    public CsvReader(string path, CsvFormat format)
    {
        if (format.Delimiter is '"' or '\n' or '\r' or '\0' or > '\u007f')
        {
            throw AnnealException.BadUsage($"a CSV delimiter is one ASCII character other than a quote or a line end, found U+{(int)format.Delimiter:X4}");
        }

        _format = format;
        _file = new DataFile(path);
        try
        {
            _record = new CsvTokenizer(_file, format);
            if (format.Header)
            {
                Header = ReadHeader();
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file's name as given.</summary>
    public string Path => _file.Path;

    /// <summary>The names in the header line; null where there is none.</summary>
    public IReadOnlyList<string>? Header { get; }

    /// <summary>The number of fields in the current row.</summary>
    public int FieldCount => _record.Count;

    /// <summary>The line on which the current row starts, from 1.</summary>
    public long Line => _record.Line;

    /// <summary>The bytes of a field, unquoted and trimmed; valid until the next row is read.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>UTF-8 text, not validated.</returns>
    public ReadOnlySpan<byte> this[int index] => _record[index];

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AnnealException">The row has another number of fields than the first, a quote is not closed, or a line is blank where none may be.</exception>
    public bool Read()
    {
        long blank = 0;
        while (_record.Read())
        {
            if (_record.IsBlank)
            {
                blank = blank == 0 ? Line : blank;
                continue;
            }

            if (blank != 0 && !_format.SkipBlankLines)
            {
                throw Error(blank, "blank line", "set skip_blank_lines if it means nothing; write a missing value of a single column as \"\"");
            }

            if (_expected < 0)
            {
                _expected = FieldCount;
            }

            return FieldCount == _expected
                ? true
                : throw Error(Line, string.Create(CultureInfo.InvariantCulture, $"{FieldCount} fields, expected {_expected}"));
        }

        return false;
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
    public AnnealException Error(int index, string text, string? hint = null) =>
        Error(Line, $"column {(index + 1).ToString(CultureInfo.InvariantCulture)}{(Header is null ? "" : $" '{Header[index]}'")}: {text}", hint);

    /// <summary>A field as an error quotes it: shortened, in quotes.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>Printable text.</returns>
    public string Quote(int index)
    {
        string text = Encoding.UTF8.GetString(this[index]);
        return text.Length <= ShownLength ? $"'{text}'" : $"'{text.AsSpan(0, ShownLength)}…'";
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal AnnealException Error(long line, string text, string? hint = null) => _record.Error(line, text, hint);

    private string[] ReadHeader()
    {
        if (!Read())
        {
            throw _file.Error("empty, expected a header line");
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
