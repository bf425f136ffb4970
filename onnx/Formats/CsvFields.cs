using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Splits a record of a delimited text file into its fields, quoted ones as in RFC 4180, within the block that holds it.</summary>
/// <param name="path">The file's name, for errors.</param>
/// <param name="format">How the file is written down.</param>
/// <param name="header">The names of its columns; null where it has none.</param>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc4180"/>
public sealed class CsvFields(string path, CsvFormat format, IReadOnlyList<string>? header)
{
    private const int ShownLength = 40;
    private const int Window = TextBlock.Padding;

    private readonly byte _delimiter = (byte)format.Delimiter;
    private readonly bool _trim = format.Trim;
    private byte[] _bytes = [];
    private TextSpan[] _fields = new TextSpan[16];

    /// <summary>The number of fields that a record must have; 0 before it is known.</summary>
    public int Expected { get; set; } = header?.Count ?? 0;

    /// <summary>The number of fields in the record.</summary>
    public int Count { get; private set; }

    /// <summary>The line on which the record starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Where the fields of the record lie in the block.</summary>
    public ReadOnlySpan<TextSpan> Spans => _fields.AsSpan(0, Count);

    /// <summary>A field of the record, unquoted and trimmed, in UTF-8 that is not validated.</summary>
    /// <param name="index">The field, from 0.</param>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            TextSpan field = Spans[index];
            return _bytes.AsSpan(field.Start, field.Length);
        }
    }

    /// <summary>Splits a record.</summary>
    /// <param name="block">The block, whose bytes are those of the fields from now on: escapes in them are resolved in place.</param>
    /// <param name="record">The record, from 0.</param>
    /// <exception cref="AnnealException">It is a blank line, has another number of fields than expected, or text follows a closing quote.</exception>
    public void Split(TextBlock block, int record)
    {
        (int start, int length, long line) = block[record];
        (_bytes, Line, Count) = (block.Bytes, line, 0);
        if (length == 0)
        {
            throw Error(line, "blank line", "set skip_blank_lines if it means nothing; write a missing value of a single column as \"\"");
        }

        Split(start, start + length);
        Expected = Expected == 0 ? Count : Expected;
        if (Count != Expected)
        {
            throw Error(line, string.Create(CultureInfo.InvariantCulture, $"{Count} fields, expected {Expected}"));
        }
    }

    /// <summary>An error about a field of the record.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <param name="text">What is wrong with it.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>An error that names file, line and column.</returns>
    public AnnealException Error(int index, string text, string? hint = null) => Error(Line, $"{Name(index)}: {text}", hint);

    /// <summary>A column as an error names it.</summary>
    /// <param name="index">The field, from 0.</param>
    /// <returns>Its number from 1, and its name where the header gives one.</returns>
    public string Name(int index) => $"column {(index + 1).ToString(CultureInfo.InvariantCulture)}{(header is null ? "" : $" '{header[index]}'")}";

    /// <summary>Text as an error quotes it: shortened, in quotes.</summary>
    /// <param name="text">UTF-8.</param>
    /// <returns>Printable text.</returns>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        string quoted = Encoding.UTF8.GetString(text);
        return quoted.Length <= ShownLength ? $"'{quoted}'" : $"'{quoted.AsSpan(0, ShownLength)}…'";
    }

    internal AnnealException Error(long line, string text, string? hint = null) =>
        AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{path}:{line}: {text}"), hint);

    // What runs for each field is compiled in full at once: until it is compiled again by itself, it takes ten times as long.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split(int at, int end)
    {
        byte[] bytes = _bytes;
        TextSpan[] fields = _fields;
        byte delimiter = _delimiter;
        bool trim = _trim;
        int count = 0;
        int window = at;
        ulong delimiters = Delimiters(bytes, window, delimiter);
        while (true)
        {
            if (count == fields.Length)
            {
                Array.Resize(ref _fields, 2 * count);
                fields = _fields;
            }

            while (trim && at < end && bytes[at] is (byte)' ' or (byte)'\t' && bytes[at] != delimiter)
            {
                at++;
            }

            if (at < end && bytes[at] == '"')
            {
                fields[count++] = Quoted(ref at, end);
                if (at == end)
                {
                    break;
                }

                window = at;
                delimiters = Delimiters(bytes, window, delimiter) & ~1ul;
                at++;
                continue;
            }

            while (delimiters == 0 && window + Window < end)
            {
                window += Window;
                delimiters = Delimiters(bytes, window, delimiter);
            }

            int stop = delimiters == 0 ? end : Math.Min(end, window + BitOperations.TrailingZeroCount(delimiters));
            delimiters &= delimiters - 1;
            fields[count++] = new TextSpan(at, LengthOf(bytes, at, stop, isLast: stop == end));
            if (stop == end)
            {
                break;
            }

            at = stop + 1;
        }

        Count = count;
    }

    // A bit for each delimiter among the bytes from a place on, of which those behind the record mean nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Delimiters(byte[] bytes, int at, byte delimiter)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan(at, Window);
        var wanted = Vector256.Create(delimiter);
        uint low = Vector256.Equals(Vector256.Create(text), wanted).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Vector256.Create(text[Vector256<byte>.Count..]), wanted).ExtractMostSignificantBits();
        return low | ((ulong)high << Vector256<byte>.Count);
    }

    // Of a field that is not quoted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int LengthOf(byte[] bytes, int start, int stop, bool isLast)
    {
        stop -= isLast && stop > start && bytes[stop - 1] == '\r' ? 1 : 0;
        while (_trim && stop > start && bytes[stop - 1] is (byte)' ' or (byte)'\t')
        {
            stop--;
        }

        return stop - start;
    }

    /// <summary>Reads a quoted field and moves to the delimiter or the record's end after it.</summary>
    private TextSpan Quoted(ref int at, int end)
    {
        int start = ++at;
        bool hasEscapes = false;
        Span<byte> text = _bytes.AsSpan(0, end);
        while (true)
        {
            int length = text[at..].IndexOf((byte)'"');
            at = length < 0 ? throw Error(Line, "a quote is not closed") : at + length;
            if (at + 1 == end || text[at + 1] != '"')
            {
                break;
            }

            hasEscapes = true;
            at += 2;
        }

        Span<byte> content = text[start..at];
        int written = hasEscapes ? Unescape(content) : content.Length;
        at++;
        while (at < end && text[at] != _delimiter && (text[at] == '\r' || (_trim && text[at] is (byte)' ' or (byte)'\t')))
        {
            at++;
        }

        return at == end || text[at] == _delimiter
            ? new TextSpan(start, written)
            : throw Error(Line + text[start..at].Count((byte)'\n'), "text follows a closing quote");
    }

    private static int Unescape(Span<byte> text)
    {
        int write = 0;
        for (int read = 0; read < text.Length; read++)
        {
            text[write++] = text[read];
            read += text[read] == '"' ? 1 : 0;
        }

        return write;
    }
}
