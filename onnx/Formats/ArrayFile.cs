using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Reads the rows of an IDX or npy file, raw or gzipped, a part at a time.</summary>
public sealed class ArrayFile : IDisposable
{
    private readonly DataFile _file;
    private long _left;

    private ArrayFile(DataFile file, bool isIdx)
    {
        _file = file;
        IsIdx = isIdx;
        Header = isIdx ? IdxReader.ReadHeader(file) : NpyReader.ReadHeader(file);
        _left = Header.Shape.Count > 0 ? Header.Shape[0] : throw file.Error("a scalar has no rows");
    }

    /// <summary>Whether it is an IDX file; else it is an npy file.</summary>
    public bool IsIdx { get; }

    /// <summary>The file's name as given.</summary>
    public string Path => _file.Path;

    /// <summary>Element type and shape of the whole array; the first dimension is rows.</summary>
    public ArrayHeader Header { get; }

    /// <summary>Opens a file if it starts as an IDX or npy file does.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file after its header, or null when it is of another kind.</returns>
    /// <exception cref="AnnealException">The file cannot be read or its header is not one this reads.</exception>
    public static ArrayFile? TryOpen(string path)
    {
        Span<byte> start = stackalloc byte[2];
        using (var peek = new DataFile(path))
        {
            if (peek.Read(start) < 2 || !(start is [0, 0] || start.SequenceEqual(NpyReader.Magic[..2])))
            {
                return null;
            }
        }

        var file = new DataFile(path);
        try
        {
            return new ArrayFile(file, start[0] == 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The part of the file that has been read, from 0 to 1.</summary>
    public double Fraction => _file.Fraction;

    /// <summary>A tensor that holds rows of this file.</summary>
    /// <param name="rows">How many.</param>
    /// <returns>A new tensor of zeros.</returns>
    public Tensor Allocate(int rows) => Tensor.Zeros(Header.Type, [rows, .. Header.Shape.Skip(1).Select(s => checked((int)s))]);

    /// <summary>Reads the next rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>A tensor of up to so many rows; null after the last one.</returns>
    /// <exception cref="AnnealException">The file ends before its last row, or goes on after it.</exception>
    public Tensor? Read(int count)
    {
        Tensor rows = Allocate((int)Math.Max(1, Math.Min(count, _left)));
        return Read(rows) > 0 ? rows : null;
    }

    /// <summary>Reads the next rows.</summary>
    /// <param name="rows">Receives them, in the machine's byte order: one from <see cref="Allocate"/>.</param>
    /// <returns>How many there were, less than the tensor's at the end of the file and 0 after it.</returns>
    /// <exception cref="AnnealException">The file ends before its last row, or goes on after it.</exception>
    public int Read(Tensor rows)
    {
        int count = (int)Next(rows.Shape[0]);
        if (count == 0)
        {
            return 0;
        }

        Tensor part = count < rows.Shape[0] ? rows.Rows(0, count) : rows;
        int found = _file.Read(part.Bytes);
        if (found < part.ByteLength)
        {
            throw EndsWithin(found);
        }

        if (IsIdx)
        {
            IdxReader.SwapBytes(part);
        }

        NpyReader.CheckBools(_file, part);
        _left -= count;
        return count;
    }

    /// <summary>Passes over rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="AnnealException">The file ends before its last row, or goes on after it.</exception>
    public long Skip(long count)
    {
        long rows = Next(count);
        long bytes = rows * RowBytes;
        byte[] buffer = new byte[1 << 16];
        for (long skipped = 0; skipped < bytes;)
        {
            int wanted = (int)Math.Min(buffer.Length, bytes - skipped);
            int found = _file.Read(buffer.AsSpan(0, wanted));
            skipped += found;
            if (found < wanted)
            {
                throw EndsWithin(skipped);
            }
        }

        _left -= rows;
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long RowBytes => Header.Shape.Skip(1).Aggregate((long)Header.Type.Size(), (n, d) => checked(n * d));

    private long Next(long count) =>
        _left > 0 ? Math.Min(count, _left)
        : _file.Read(new byte[1]) == 0 ? 0
        : throw _file.Error($"data goes on after the {Header.Shape[0]} rows that the header promises");

    private AnnealException EndsWithin(long found) => _file.Error(
        $"the file ends within row {Header.Shape[0] - _left + (found / RowBytes)} (from 0) of the {Header.Shape[0]} that the header promises");
}
