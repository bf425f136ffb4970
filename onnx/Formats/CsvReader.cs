using System.Globalization;
using System.Text;

namespace Anneal.Onnx.Formats;

/// <summary>Reads the rows of a delimited text file, UTF-8 and optionally gzipped, with quoted fields as in RFC 4180.</summary>
/// <remarks>Nothing is allocated per row or field unless a field's text is asked for. A quote within an unquoted field stands for itself.</remarks>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4180"/>
public sealed class CsvReader : IDisposable
{
    private const int MaxRecord = 1 << 26;
    private const int ShownLength = 40;
    private static readonly UTF8Encoding s_utf8 = new(false, true);

    private readonly DataFile _file;
    private readonly CsvFormat _format;
    private readonly byte _delimiter;
    private byte[] _buffer = new byte[1 << 17];
    private Field[] _fields = new Field[16];
    private int _start;
    private int _end;
    private bool _isLast;
    private int _expected = -1;
    private long _nextLine = 1;

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
        _delimiter = (byte)format.Delimiter;
        _file = new DataFile(path);
        try
        {
            SkipByteOrderMark();
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
    public int FieldCount { get; private set; }

    /// <summary>The line on which the current row starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The bytes of a field, unquoted and trimmed; valid until the next row is read.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>UTF-8 text, not validated.</returns>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)FieldCount, nameof(index));
            return _buffer.AsSpan(_fields[index].Start, _fields[index].Length);
        }
    }

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AnnealException">The row has another number of fields than the first, a quote is not closed, or a line is blank where none may be.</exception>
    public bool Read()
    {
        long blank = 0;
        while (ReadRecord())
        {
            if (FieldCount == 1 && _fields[0] is { Length: 0, IsQuoted: false })
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

        FieldCount = 0;
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

    internal AnnealException Error(long line, string text, string? hint = null) =>
        AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{Path}:{line}: {text}"), hint);

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

    private void SkipByteOrderMark()
    {
        Fill();
        ReadOnlySpan<byte> start = _buffer.AsSpan(0, _end);
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw _file.Error("UTF-16 text, expected UTF-8");
        }

        _start = start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
    }

    private bool ReadRecord()
    {
        while (!Tokenize())
        {
            if (_isLast)
            {
                return false;
            }

            Fill();
        }

        return true;
    }

    /// <summary>Splits the record at the start of the buffer; false when the buffer holds no whole one.</summary>
    private bool Tokenize()
    {
        int at = _start;
        int count = 0;
        long lines = 1;
        if (at == _end)
        {
            return false;
        }

        ReadOnlySpan<byte> text = _buffer.AsSpan(0, _end);
        while (true)
        {
            if (count == _fields.Length)
            {
                Array.Resize(ref _fields, 2 * count);
            }

            int begin = at;
            if (_format.Trim)
            {
                while (at < _end && text[at] is (byte)' ' or (byte)'\t' && text[at] != _delimiter)
                {
                    at++;
                }
            }

            if (at < _end && text[at] == '"')
            {
                if (!TokenizeQuoted(ref at, ref lines, ref _fields[count]))
                {
                    return false;
                }
            }
            else
            {
                int length = text[at..].IndexOfAny(_delimiter, (byte)'\n');
                if (length < 0 && !_isLast)
                {
                    return false;
                }

                begin = at;
                at = length < 0 ? _end : at + length;
                int stop = at > begin && text[at - 1] == '\r' && (at == _end || text[at] == '\n') ? at - 1 : at;
                if (_format.Trim)
                {
                    while (stop > begin && text[stop - 1] is (byte)' ' or (byte)'\t')
                    {
                        stop--;
                    }
                }

                _fields[count] = new Field(begin, stop - begin, false);
            }

            count++;
            if (at == _end || text[at] == '\n')
            {
                break;
            }

            at++;
        }

        FieldCount = count;
        Line = _nextLine;
        _nextLine += lines;
        _start = Math.Min(at + 1, _end);
        for (int i = 0; i < count; i++)
        {
            if (_fields[i].HasEscapes)
            {
                Unescape(ref _fields[i]);
            }
        }

        return true;
    }

    /// <summary>Reads a quoted field and moves to the delimiter or line end after it; false when the buffer ends first.</summary>
    private bool TokenizeQuoted(ref int at, ref long lines, ref Field field)
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, _end);
        int begin = ++at;
        long opened = _nextLine + lines - 1;
        bool hasEscapes = false;
        while (true)
        {
            int length = text[at..].IndexOfAny((byte)'"', (byte)'\n');
            if (length < 0)
            {
                return _isLast ? throw Error(opened, "a quote opened here is not closed") : false;
            }

            at += length;
            if (text[at] == '\n')
            {
                lines++;
                at++;
            }
            else if (at + 1 == _end && !_isLast)
            {
                return false;
            }
            else if (at + 1 < _end && text[at + 1] == '"')
            {
                hasEscapes = true;
                at += 2;
            }
            else
            {
                break;
            }
        }

        field = new Field(begin, at - begin, true, hasEscapes);
        at++;
        while (at < _end && text[at] != _delimiter && (text[at] == '\r' || (_format.Trim && text[at] is (byte)' ' or (byte)'\t')))
        {
            at++;
        }

        if (at == _end)
        {
            return _isLast;
        }

        return text[at] == _delimiter || text[at] == '\n' ? true : throw Error(_nextLine + lines - 1, "text follows a closing quote");
    }

    private void Unescape(ref Field field)
    {
        Span<byte> text = _buffer.AsSpan(field.Start, field.Length);
        int write = 0;
        for (int read = 0; read < text.Length; read++)
        {
            text[write++] = text[read];
            read += text[read] == '"' ? 1 : 0;
        }

        field = new Field(field.Start, write, true);
    }

    private void Fill()
    {
        int kept = _end - _start;
        if (kept == _buffer.Length)
        {
            if (kept >= MaxRecord)
            {
                throw Error(_nextLine, $"a row of more than {MaxRecord >> 20} MiB", "is a quote left open, or is this no text file?");
            }

            Array.Resize(ref _buffer, 2 * kept);
        }
        else
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        }

        _start = 0;
        int wanted = _buffer.Length - kept;
        int count = _file.Read(_buffer.AsSpan(kept, wanted));
        _end = kept + count;
        _isLast = count < wanted;
    }

    private readonly record struct Field(int Start, int Length, bool IsQuoted, bool HasEscapes = false);
}
