using System.Buffers;
using System.Globalization;
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

    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
        int[] widths = OutputColumns.Widths(outputs, rows);
        for (int row = 0; row < rows; row++)
        {
            for (int o = 0; o < columns.Order.Count; o++)
            {
                int output = columns.Order[o];
                for (int i = row * widths[output]; i < (row + 1) * widths[output]; i++)
                {
                    Field(into, outputs[output], i, o == columns.Order.Count - 1 && i == ((row + 1) * widths[output]) - 1 ? LineEnd : Separator);
                }
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

    private static void Field(ArrayBufferWriter<byte> into, Tensor tensor, int index, byte end)
    {
        switch (tensor.Type)
        {
            case DType.String when tensor.IsUtf8:
                Quoted(into, tensor.Utf8(index), end);
                break;
            case DType.String:
                Quoted(into, Encoding.UTF8.GetBytes(tensor.Strings[index]), end);
                break;
            case DType.Float:
                Span<byte> span = into.GetSpan(FloatText.MostBytes + 1);
                int written = FloatText.Write(tensor.Span<float>()[index], span);
                span[written] = end;
                into.Advance(written + 1);
                break;
            case DType.Double:
                Number(into, tensor.Span<double>()[index], end);
                break;
            case DType.Int64:
                Number(into, tensor.Span<long>()[index], end);
                break;
            case DType.Int32:
                Number(into, tensor.Span<int>()[index], end);
                break;
            case DType.UInt8:
                Number(into, tensor.Span<byte>()[index], end);
                break;
            case DType.Bool:
                Quoted(into, tensor.Span<bool>()[index] ? "true"u8 : "false"u8, end);
                break;
            default:
                throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be written as text");
        }
    }

    private static void Number<T>(ArrayBufferWriter<byte> into, T value, byte end)
        where T : IUtf8SpanFormattable
    {
        Span<byte> span = into.GetSpan(64);
        value.TryFormat(span, out int written, "", CultureInfo.InvariantCulture);
        span[written] = end;
        into.Advance(written + 1);
    }

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
