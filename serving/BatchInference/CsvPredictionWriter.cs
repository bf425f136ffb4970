using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes every output as columns of a text table.</summary>
/// <param name="stream">The file, at its end.</param>
/// <param name="columns">The outputs as columns.</param>
internal sealed class CsvPredictionWriter(Stream stream, OutputColumns columns) : IPredictionWriter
{
    private const byte Separator = (byte)',';
    private const byte LineEnd = (byte)'\n';
    private readonly int[] _order = [.. columns.Order];
    private bool _begun = stream.Position > 0;

    public bool IsAtBoundary => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
        int[] widths = OutputColumns.Widths(outputs, rows);
        int numbers = widths.Sum() * (FloatText.MostBytes + 1);
        for (int row = 0; row < rows; row++)
        {
            Span<byte> line = into.GetSpan(numbers + TextBytes(outputs, widths, row));
            int written = 0;
            foreach (int output in _order)
            {
                written += Fields(line[written..], outputs[output], row * widths[output], widths[output]);
            }

            if (written > 0)
            {
                line[written - 1] = LineEnd;
                into.Advance(written);
            }
        }
    }

    public void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows)
    {
        if (!_begun)
        {
            Begin(OutputColumns.Widths(outputs, rows));
        }

        stream.Write(encoded);
    }

    public void Commit()
    {
    }

    public void Finish()
    {
        if (!_begun)
        {
            Begin(columns.ExpectedWidths);
        }
    }

    public void Dispose()
    {
    }

    private void Begin(int[] widths)
    {
        _begun = true;
        byte[][] names = [.. columns.Of(widths).Select(c => Encoding.UTF8.GetBytes(c.Name))];
        byte[] header = new byte[names.Sum(n => QuotedBytes(n.Length))];
        int written = 0;
        foreach (byte[] name in names)
        {
            written += Quoted(header.AsSpan(written), name);
        }

        if (written > 0)
        {
            header[written - 1] = LineEnd;
            stream.Write(header, 0, written);
        }
    }

    // Room for the texts of a row, however they are quoted.
    private static int TextBytes(ReadOnlySpan<Tensor> outputs, int[] widths, int row)
    {
        int bytes = 0;
        for (int o = 0; o < widths.Length; o++)
        {
            if (outputs[o].Type == DType.String)
            {
                for (int i = row * widths[o]; i < (row + 1) * widths[o]; i++)
                {
                    bytes += QuotedBytes(outputs[o].IsUtf8 ? outputs[o].Utf8(i).Length : Encoding.UTF8.GetMaxByteCount(outputs[o].Strings[i].Length));
                }
            }
        }

        return bytes;
    }

    private static int QuotedBytes(int length) => (2 * length) + 3;

    // Values, each with a separator behind it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fields(Span<byte> into, Tensor tensor, int first, int count)
    {
        switch (tensor.Type)
        {
            case DType.Float:
                return Floats(into, tensor.Span<float>().Slice(first, count));
            case DType.Double:
                return Numbers<double>(into, tensor.Span<double>().Slice(first, count));
            case DType.Int64:
                return Numbers<long>(into, tensor.Span<long>().Slice(first, count));
            case DType.Int32:
                return Numbers<int>(into, tensor.Span<int>().Slice(first, count));
            case DType.UInt8:
                return Numbers<byte>(into, tensor.Span<byte>().Slice(first, count));
            default:
                int written = 0;
                for (int i = first; i < first + count; i++)
                {
                    written += Quoted(into[written..], Text(tensor, i));
                }

                return written;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Floats(Span<byte> into, ReadOnlySpan<float> values)
    {
        int written = 0;
        foreach (float value in values)
        {
            written += FloatText.Write(value, into[written..]);
            into[written++] = Separator;
        }

        return written;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Numbers<T>(Span<byte> into, ReadOnlySpan<T> values)
        where T : IUtf8SpanFormattable
    {
        int written = 0;
        foreach (T value in values)
        {
            value.TryFormat(into[written..], out int length, default, CultureInfo.InvariantCulture);
            written += length;
            into[written++] = Separator;
        }

        return written;
    }

    private static ReadOnlySpan<byte> Text(Tensor tensor, int index) => tensor.Type switch
    {
        DType.String when tensor.IsUtf8 => tensor.Utf8(index),
        DType.String => Encoding.UTF8.GetBytes(tensor.Strings[index]),
        DType.Bool => tensor.Span<bool>()[index] ? "true"u8 : "false"u8,
        _ => throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be written as text"),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Quoted(Span<byte> into, ReadOnlySpan<byte> text)
    {
        int written = 0;
        if (!text.ContainsAny(",\"\r\n"u8))
        {
            text.CopyTo(into);
            written = text.Length;
        }
        else
        {
            into[written++] = (byte)'"';
            foreach (byte c in text)
            {
                into[written++] = c;
                if (c == '"')
                {
                    into[written++] = c;
                }
            }

            into[written++] = (byte)'"';
        }

        into[written++] = Separator;
        return written;
    }
}
