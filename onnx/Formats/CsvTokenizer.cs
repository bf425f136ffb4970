using System.Globalization;

namespace Anneal.Onnx.Formats;

/// <summary>Cuts a text file into records and their fields within one buffer that is read over and over.</summary>
internal sealed class CsvTokenizer
{
    private const int MaxRecord = 1 << 26;

    private readonly DataFile _file;
    private readonly byte _delimiter;
    private readonly bool _trim;
    private byte[] _buffer = new byte[1 << 17];
    private Field[] _fields = new Field[16];
    private int _start;
    private int _end;
    private bool _isLast;
    private long _nextLine = 1;

    public CsvTokenizer(DataFile file, CsvFormat format)
    {
        _file = file;
        _delimiter = (byte)format.Delimiter;
        _trim = format.Trim;
        SkipByteOrderMark();
    }

    /// <summary>The number of fields in the record.</summary>
    public int Count { get; private set; }

    /// <summary>The line on which the record starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Whether the record is a line without anything in it.</summary>
    public bool IsBlank => Count == 1 && _fields[0] is { Length: 0, IsQuoted: false };

    /// <summary>A field of the record, unquoted and trimmed.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return _buffer.AsSpan(_fields[index].Start, _fields[index].Length);
        }
    }

    /// <summary>Moves to the next record; false at the end of the file.</summary>
    public bool Read()
    {
        while (!Tokenize())
        {
            if (_isLast)
            {
                Count = 0;
                return false;
            }

            Fill();
        }

        return true;
    }

    public AnnealException Error(long line, string text, string? hint = null) =>
        AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{_file.Path}:{line}: {text}"), hint);

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
            if (_trim)
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
                if (_trim)
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

        Count = count;
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
        while (at < _end && text[at] != _delimiter && (text[at] == '\r' || (_trim && text[at] is (byte)' ' or (byte)'\t')))
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
