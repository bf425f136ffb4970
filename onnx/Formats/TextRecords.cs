using System.Globalization;

namespace Anneal.Onnx.Formats;

/// <summary>Cuts a text file, UTF-8 and optionally gzipped, into records: the rows of a delimited file, or lines.</summary>
/// <remarks>Only where records end is looked for, at the speed of memory: what is in them is for others to read, on any thread.</remarks>
public sealed class TextRecords : IDisposable
{
    private const int MaxRecord = 1 << 26;

    private readonly DataFile _file;
    private readonly CsvFormat? _format;
    private byte[] _buffer = new byte[1 << 18];
    private int _start;
    private int _end;
    private bool _isLast;
    private bool _hasQuotes;
    private long _line = 1;
    private long _blank;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How a delimited file is written down, whose quoted fields may hold line ends; null where each line that is not blank is a record.</param>
    /// <exception cref="AnnealException">The file cannot be read or is UTF-16, or the format's delimiter is none.</exception>
    public TextRecords(string path, CsvFormat? format)
    {
        if (format?.Delimiter is '"' or '\n' or '\r' or '\0' or > '\u007f')
        {
            throw AnnealException.BadUsage($"a CSV delimiter is one ASCII character other than a quote or a line end, found U+{(int)format.Delimiter:X4}");
        }

        _format = format;
        _file = new DataFile(path);
        try
        {
            SkipByteOrderMark();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The file's name as given.</summary>
    public string Path => _file.Path;

    /// <summary>The part of the file that has been read, from 0 to 1.</summary>
    public double Fraction => _file.Fraction;

    /// <summary>Reads the next records.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="block">Receives them in place of what it held.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AnnealException">The next record's end cannot be found: a quote is not closed, or it is too long.</exception>
    public bool Read(int count, TextBlock block)
    {
        block.Clear();
        try
        {
            while (block.Count < count && Next(out TextRecord record))
            {
                block.Add(_buffer.AsSpan(record.Start, record.Length), record.Line);
            }
        }
        catch (AnnealException) when (block.Count > 0)
        {
            // The records before the broken one come first; the next call fails again.
        }

        return block.Count > 0;
    }

    /// <summary>Passes over records.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="AnnealException">A record's end cannot be found.</exception>
    public long Skip(long count)
    {
        long skipped = 0;
        while (skipped < count && Next(out _))
        {
            skipped++;
        }

        return skipped;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal AnnealException Error(long line, string text, string? hint = null) =>
        AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{Path}:{line}: {text}"), hint);

    private void SkipByteOrderMark()
    {
        Fill();
        ReadOnlySpan<byte> start = _buffer.AsSpan(0, _end);
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw AnnealException.BadData($"{Path}: UTF-16 text, expected UTF-8");
        }

        _start = start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
    }

    // Blank lines at the end of the file are nothing; before a row they are a record without text, which none can read.
    private bool Next(out TextRecord record)
    {
        record = default;
        while (true)
        {
            int end = FindEnd();
            if (end < 0)
            {
                if (_isLast)
                {
                    return false;
                }

                Fill();
                continue;
            }

            ReadOnlySpan<byte> text = _buffer.AsSpan(_start, end - _start);
            bool isBlank = IsBlank(text);
            if (!isBlank && _blank > 0)
            {
                record = new TextRecord(_start, 0, _blank);
                _blank = 0;
                return true;
            }

            record = new TextRecord(_start, text.Length, _line);
            _line += 1 + (_hasQuotes ? text.Count((byte)'\n') : 0);
            _start = Math.Min(end + 1, _end);
            if (!isBlank)
            {
                return true;
            }

            _blank = _blank == 0 && _format is { SkipBlankLines: false } ? record.Line : _blank;
        }
    }

    /// <summary>Where the record at the start of the buffer ends; -1 when the buffer holds no whole one.</summary>
    private int FindEnd()
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, _end);
        int at = _start;
        _hasQuotes = false;
        if (at == _end)
        {
            return -1;
        }

        while (true)
        {
            int length = _format is null ? text[at..].IndexOf((byte)'\n') : text[at..].IndexOfAny((byte)'\n', (byte)'"');
            if (length < 0)
            {
                return _isLast ? _end : -1;
            }

            at += length;
            if (text[at] == '\n')
            {
                return at;
            }

            _hasQuotes = true;
            at = IsOpening(text, at) ? FindClose(text, at) : at + 1;
            if (at < 0)
            {
                return -1;
            }
        }
    }

    // A quote opens where a field begins; within an unquoted field it stands for itself.
    private bool IsOpening(ReadOnlySpan<byte> text, int quote)
    {
        int before = quote - 1;
        while (_format!.Trim && before >= _start && text[before] is (byte)' ' or (byte)'\t' && text[before] != _format.Delimiter)
        {
            before--;
        }

        return before < _start || text[before] == _format.Delimiter;
    }

    /// <summary>Behind the quote that closes the one given; -1 when the buffer ends first.</summary>
    private int FindClose(ReadOnlySpan<byte> text, int quote)
    {
        int at = quote + 1;
        while (true)
        {
            int length = text[at..].IndexOf((byte)'"');
            if (length < 0 && _isLast)
            {
                throw Error(_line + text[_start..quote].Count((byte)'\n'), "a quote opened here is not closed");
            }

            at += length;
            if (length < 0 || (at + 1 == _end && !_isLast))
            {
                return -1;
            }

            if (at + 1 == _end || text[at + 1] != '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    private bool IsBlank(ReadOnlySpan<byte> text)
    {
        text = text is [.. var most, (byte)'\r'] ? most : text;
        if (text.IsEmpty || _format is { Trim: false })
        {
            return text.IsEmpty;
        }

        foreach (byte c in text)
        {
            if (c is not ((byte)' ' or (byte)'\t') || c == _format?.Delimiter)
            {
                return false;
            }
        }

        return true;
    }

    private void Fill()
    {
        int kept = _end - _start;
        if (kept == _buffer.Length)
        {
            if (kept >= MaxRecord)
            {
                throw Error(_line, $"a row of more than {MaxRecord >> 20} MiB", "is a quote left open, or is this no text file?");
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
}
