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

    /// <summary>Reads the next rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>A tensor of up to so many rows, in the machine's byte order; null after the last one.</returns>
    /// <exception cref="AnnealException">The file ends before its last row, or goes on after it.</exception>
    public Tensor? Read(int count)
    {
        if (_left == 0)
        {
            return _file.Read(new byte[1]) == 0 ? null : throw _file.Error($"data goes on after the {Header.Shape[0]} rows that the header promises");
        }

        int rows = (int)Math.Min(count, _left);
        Tensor tensor = Tensor.Zeros(Header.Type, [rows, .. Header.Shape.Skip(1).Select(s => checked((int)s))]);
        int found = _file.Read(tensor.Bytes);
        if (found < tensor.ByteLength)
        {
            long row = Header.Shape[0] - _left + (found / (tensor.ByteLength / rows));
            throw _file.Error($"the file ends within row {row} (from 0) of the {Header.Shape[0]} that the header promises");
        }

        if (IsIdx)
        {
            IdxReader.SwapBytes(tensor);
        }

        NpyReader.CheckBools(_file, tensor);
        _left -= rows;
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
