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
    private bool _begun = stream.Position > 0;

    public bool IsAtBoundary => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
        int[] widths = OutputColumns.Widths(outputs, rows);
        for (int row = 0; row < rows; row++)
        {
            for (int o = 0; o < columns.Order.Count; o++)
            {
                int output = columns.Order[o];
                Fields(into, outputs[output], row * widths[output], widths[output], o == columns.Order.Count - 1 ? LineEnd : Separator);
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
        var header = new ArrayBufferWriter<byte>();
        string[] names = [.. columns.Of(widths).Select(c => c.Name)];
        for (int i = 0; i < names.Length; i++)
        {
            Quoted(header, Encoding.UTF8.GetBytes(names[i]), i == names.Length - 1 ? LineEnd : Separator);
        }

        stream.Write(header.WrittenSpan);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fields(ArrayBufferWriter<byte> into, Tensor tensor, int first, int count, byte end)
    {
        switch (tensor.Type)
        {
            case DType.Float:
                Floats(into, tensor.Span<float>().Slice(first, count), end);
                break;
            case DType.Double:
                Numbers<double>(into, tensor.Span<double>().Slice(first, count), end);
                break;
            case DType.Int64:
                Numbers<long>(into, tensor.Span<long>().Slice(first, count), end);
                break;
            case DType.Int32:
                Numbers<int>(into, tensor.Span<int>().Slice(first, count), end);
                break;
            case DType.UInt8:
                Numbers<byte>(into, tensor.Span<byte>().Slice(first, count), end);
                break;
            default:
                for (int i = first; i < first + count; i++)
                {
                    Quoted(into, Text(tensor, i), i == first + count - 1 ? end : Separator);
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats(ArrayBufferWriter<byte> into, ReadOnlySpan<float> values, byte end)
    {
        Span<byte> span = into.GetSpan(values.Length * (FloatText.MostBytes + 1));
        int written = 0;
        for (int i = 0; i < values.Length; i++)
        {
            written += FloatText.Write(values[i], span[written..]);
            span[written++] = i == values.Length - 1 ? end : Separator;
        }

        into.Advance(written);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Numbers<T>(ArrayBufferWriter<byte> into, ReadOnlySpan<T> values, byte end)
        where T : IUtf8SpanFormattable
    {
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> span = into.GetSpan(64);
            values[i].TryFormat(span, out int written, "", CultureInfo.InvariantCulture);
            span[written] = i == values.Length - 1 ? end : Separator;
            into.Advance(written + 1);
        }
    }

    private static ReadOnlySpan<byte> Text(Tensor tensor, int index) => tensor.Type switch
    {
        DType.String when tensor.IsUtf8 => tensor.Utf8(index),
        DType.String => Encoding.UTF8.GetBytes(tensor.Strings[index]),
        DType.Bool => tensor.Span<bool>()[index] ? "true"u8 : "false"u8,
        _ => throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be written as text"),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quoted(ArrayBufferWriter<byte> into, ReadOnlySpan<byte> text, byte end)
    {
        Span<byte> span = into.GetSpan((2 * text.Length) + 3);
        if (!text.ContainsAny(",\"\r\n"u8))
        {
            text.CopyTo(span);
            span[text.Length] = end;
            into.Advance(text.Length + 1);
            return;
        }

        int written = 0;
        span[written++] = (byte)'"';
        foreach (byte c in text)
        {
            span[written++] = c;
            if (c == '"')
            {
                span[written++] = c;
            }
        }

        span[written++] = (byte)'"';
        span[written++] = end;
        into.Advance(written);
    }
}
