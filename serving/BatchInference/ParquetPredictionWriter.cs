using System.Buffers;
using System.Text;
using Anneal.Onnx.Tensors;
using Parquet;
using Parquet.Schema;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes every output as columns of a Parquet file, none of them nullable.</summary>
internal sealed class ParquetPredictionWriter : IPredictionWriter
{
    private readonly FileStream _stream;
    private readonly OutputColumns _columns;
    private readonly int _rowGroup;
    private ParquetWriter? _writer;
    private Column[]? _buffers;
    private int _buffered;
    private bool _isAppending;

    /// <summary>Prepares to write.</summary>
    /// <param name="stream">The file, at its end: empty, or complete.</param>
    /// <param name="columns">The outputs as columns.</param>
    /// <param name="rowGroup">Rows of a row group, rounded up to whole batches.</param>
    public ParquetPredictionWriter(FileStream stream, OutputColumns columns, int rowGroup)
    {
        _stream = stream;
        _columns = columns;
        _rowGroup = rowGroup;
        _isAppending = stream.Position > 0;
    }

    public bool IsAtBoundary => _buffered == 0;

    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
    }

    public void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows)
    {
        int[] widths = OutputColumns.Widths(outputs, rows);
        _buffers ??= Columns(widths);
        foreach (Column column in _buffers)
        {
            column.Add(outputs[column.Output], widths[column.Output], rows);
        }

        _buffered += rows;
        if (_buffered >= _rowGroup)
        {
            Flush();
        }
    }

    // Disposing the writer puts the footer behind the row groups; the next one writes over it.
    public void Commit()
    {
        if (_writer is not null)
        {
            _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _writer = null;
            _isAppending = true;
        }
    }

    public void Finish()
    {
        _buffers ??= Columns(_columns.ExpectedWidths);
        if (_buffered > 0 || !_isAppending)
        {
            Flush();
        }

        Commit();
    }

    public void Dispose()
    {
    }

    private void Flush()
    {
        _writer ??= Open();
        if (_buffered > 0)
        {
            using ParquetRowGroupWriter group = _writer.CreateRowGroup();
            foreach (Column column in _buffers!)
            {
                column.Write(group);
            }
        }

        _buffered = 0;
    }

    private ParquetWriter Open()
    {
        var schema = new ParquetSchema(_buffers!.Select(c => (Field)c.Field));
        return ParquetWriter.CreateAsync(schema, _stream, new ParquetOptions(), _isAppending).GetAwaiter().GetResult();
    }

    private Column[] Columns(int[] widths) => [.. _columns.Of(widths).Select(c => Column.Of(c.Name, _columns.Outputs[c.Output].Type.Type, c.Output, c.Element))];

    /// <summary>A column's values until their row group is full.</summary>
    private abstract class Column(string name, Type type, int output, int element)
    {
        public DataField Field { get; } = new(name, type, isNullable: false);

        public int Output => output;

        protected int Element => element;

        public static Column Of(string name, DType type, int output, int element) => type switch
        {
            DType.String => new Texts(name, output, element),
            DType.Float => new Values<float>(name, output, element),
            DType.Double => new Values<double>(name, output, element),
            DType.Int64 => new Values<long>(name, output, element),
            DType.Int32 => new Values<int>(name, output, element),
            DType.UInt8 => new Values<byte>(name, output, element),
            DType.Bool => new Values<bool>(name, output, element),
            _ => throw AnnealException.BadData($"outputs of element type {type.Name()} cannot be written to Parquet"),
        };

        public abstract void Add(Tensor answers, int width, int rows);

        public abstract void Write(ParquetRowGroupWriter group);
    }

    private sealed class Values<T>(string name, int output, int element) : Column(name, typeof(T), output, element)
        where T : unmanaged
    {
        private T[] _values = new T[1024];
        private int _count;

        public override void Add(Tensor answers, int width, int rows)
        {
            if (_count + rows > _values.Length)
            {
                Array.Resize(ref _values, Math.Max(_count + rows, 2 * _values.Length));
            }

            ReadOnlySpan<T> from = answers.Span<T>();
            for (int row = 0; row < rows; row++)
            {
                _values[_count++] = from[(row * width) + Element];
            }
        }

        public override void Write(ParquetRowGroupWriter group)
        {
            group.WriteAsync<T>(Field, _values.AsMemory(0, _count)).GetAwaiter().GetResult();
            _count = 0;
        }
    }

    private sealed class Texts(string name, int output, int element) : Column(name, typeof(string), output, element)
    {
        private readonly List<string> _values = [];

        public override void Add(Tensor answers, int width, int rows)
        {
            for (int row = 0; row < rows; row++)
            {
                int index = (row * width) + Element;
                _values.Add(answers.IsUtf8 ? Encoding.UTF8.GetString(answers.Utf8(index)) : answers.Strings[index]);
            }
        }

        public override void Write(ParquetRowGroupWriter group)
        {
            group.WriteAsync(Field, _values).GetAwaiter().GetResult();
            _values.Clear();
        }
    }
}
