namespace Anneal.Onnx.Formats;

/// <summary>Some whole records of a text file, in memory that is used again for the next ones.</summary>
public sealed class TextBlock
{
    /// <summary>How many bytes there are behind the text at least, so that a vector may be read from any place in it.</summary>
    internal const int Padding = 64;

    private TextRecord[] _records = new TextRecord[64];
    private byte[] _bytes = new byte[1 << 12];
    private int _length;

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The records' text; what lies behind it is free.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Where a record lies.</summary>
    /// <param name="index">The record, from 0.</param>
    public TextRecord this[int index] => index < Count ? _records[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Puts text behind that of the records, such as what a record's escapes stand for.</summary>
    /// <param name="text">UTF-8.</param>
    /// <returns>Its first byte in <see cref="Bytes"/>, which may be another array from now on.</returns>
    public int Append(ReadOnlySpan<byte> text)
    {
        int start = _length;
        int end = checked(start + text.Length);
        if (end > _bytes.Length - Padding)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, (long)end + Padding), Array.MaxLength));
        }

        text.CopyTo(_bytes.AsSpan(start));
        _length = end;
        return start;
    }

    /// <summary>Drops all records and text.</summary>
    public void Clear() => (Count, _length) = (0, 0);

    internal void Add(ReadOnlySpan<byte> text, long line)
    {
        if (Count == _records.Length)
        {
            Array.Resize(ref _records, 2 * Count);
        }

        _records[Count++] = new TextRecord(Append(text), text.Length, line);
    }
}
