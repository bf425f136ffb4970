using System.IO.Compression;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>A data file read front to back, decompressed when it starts as gzip does; what the system reports about it becomes an error of that file.</summary>
internal sealed class DataFile : IDisposable
{
    private const long FreeClaim = 64 << 20;
    private const int PlausibleRatio = 16;
    private readonly FileStream _file;
    private Stream _stream;

    public DataFile(string path)
    {
        Path = path;
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
            Span<byte> start = stackalloc byte[2];
            IsGzip = _file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1F, 0x8B];
            _stream = Rewind();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw Bad(error);
        }
    }

    public string Path { get; }

    public bool IsGzip { get; }

    public long Position { get; private set; }

    /// <summary>The part of the file, as it lies on the disk, that has been read.</summary>
    public double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <summary>Reads until the span is full or the file ends.</summary>
    /// <returns>The number of bytes read.</returns>
    public int Read(Span<byte> destination)
    {
        try
        {
            int count = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            Position += count;
            return count;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw Bad(error);
        }
    }

    /// <summary>Reads the elements of an array, which must fill the rest of the file exactly.</summary>
    public Tensor ReadTensor(DType type, ReadOnlySpan<long> shape)
    {
        long size = SizeOf(type, shape);
        long header = Position;

        // A header may promise anything: memory is asked for only when the file can hold that much.
        long found = IsGzip ? size : _file.Length - header;
        if (IsGzip && size > FreeClaim && size / PlausibleRatio > _file.Length)
        {
            found = CountRest();
            _stream = Rewind();
            Position = 0;
            Read(new byte[header]);
        }

        if (found == size)
        {
            Tensor tensor = Allocate(type, shape);
            found = Read(tensor.Bytes);
            found += CountRest();
            if (found == size)
            {
                return tensor;
            }
        }

        string cut = found < size && !shape.IsEmpty ? $": row {found / (size / shape[0])} (from 0) is not whole" : "";
        throw Error($"expected {size} bytes of data for {Describe(shape)}, found {found}{cut}");
    }

    public AnnealException Error(string text, string? hint = null) => AnnealException.BadData($"{Path}: {text}", hint);

    public static string Describe(ReadOnlySpan<long> shape) => $"[{string.Join(',', shape.ToArray())}]";

    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    private Stream Rewind()
    {
        _file.Position = 0;
        return IsGzip ? new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true) : _file;
    }

    private long SizeOf(DType type, ReadOnlySpan<long> shape)
    {
        try
        {
            long size = type.Size();
            foreach (long dim in shape)
            {
                size = checked(size * dim);
            }

            return size;
        }
        catch (OverflowException)
        {
            throw Error($"the header's shape {Describe(shape)} is larger than any file");
        }
    }

    private Tensor Allocate(DType type, ReadOnlySpan<long> shape)
    {
        int[] sizes = new int[shape.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = shape[i] <= int.MaxValue ? (int)shape[i] : throw Error($"dimension {i} of {Describe(shape)} is larger than 2^31 - 1");
        }

        try
        {
            return Tensor.Zeros(type, sizes);
        }
        catch (AnnealException error)
        {
            throw error.In(Path);
        }
    }

    private long CountRest()
    {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int count; (count = Read(buffer)) > 0;)
        {
            total += count;
        }

        return total;
    }

    private AnnealException Bad(Exception error) => new(ExitCode.Data, error switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{Path}: no such file",
        InvalidDataException => $"{Path}: damaged gzip data",
        _ => $"{Path}: cannot be read: {error.Message}",
    }, inner: error);
}
