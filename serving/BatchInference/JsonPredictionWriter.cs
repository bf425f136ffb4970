using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes an object per row, with a value per output, or a list of several; a number that JSON does not have is null.</summary>
/// <param name="stream">The file, at its end.</param>
/// <param name="columns">The outputs.</param>
internal sealed class JsonPredictionWriter(Stream stream, OutputColumns columns) : IPredictionWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonEncodedText[] _names = [.. columns.Outputs.Select(o => JsonEncodedText.Encode(o.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];

    public bool IsAtBoundary => true;

    public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
    {
        using var json = new Utf8JsonWriter(into, s_options);
        int[] widths = OutputColumns.Widths(outputs, rows);
        for (int row = 0; row < rows; row++)
        {
            json.WriteStartObject();
            for (int o = 0; o < columns.Order.Count; o++)
            {
                int output = columns.Order[o];
                json.WritePropertyName(_names[output]);
                bool isList = widths[output] != 1;
                if (isList)
                {
                    json.WriteStartArray();
                }

                for (int i = row * widths[output]; i < (row + 1) * widths[output]; i++)
                {
                    Write(json, outputs[output], i);
                }

                if (isList)
                {
                    json.WriteEndArray();
                }
            }

            json.WriteEndObject();
            json.Flush();
            json.Reset();
            into.Write("\n"u8);
        }
    }

    public void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows) => stream.Write(encoded);

    public void Commit()
    {
    }

    public void Finish()
    {
    }

    public void Dispose()
    {
    }

    private static void Write(Utf8JsonWriter json, Tensor tensor, int index)
    {
        switch (tensor.Type)
        {
            case DType.String when tensor.IsUtf8:
                json.WriteStringValue(tensor.Utf8(index));
                break;
            case DType.String:
                json.WriteStringValue(tensor.Strings[index]);
                break;
            case DType.Float when float.IsFinite(tensor.Span<float>()[index]):
                Span<byte> number = stackalloc byte[FloatText.MostBytes];
                json.WriteRawValue(number[..FloatText.Write(tensor.Span<float>()[index], number)], skipInputValidation: true);
                break;
            case DType.Double when double.IsFinite(tensor.Span<double>()[index]):
                json.WriteNumberValue(tensor.Span<double>()[index]);
                break;
            case DType.Float or DType.Double:
                json.WriteNullValue();
                break;
            case DType.Int64:
                json.WriteNumberValue(tensor.Span<long>()[index]);
                break;
            case DType.Int32:
                json.WriteNumberValue(tensor.Span<int>()[index]);
                break;
            case DType.UInt8:
                json.WriteNumberValue(tensor.Span<byte>()[index]);
                break;
            case DType.Bool:
                json.WriteBooleanValue(tensor.Span<bool>()[index]);
                break;
            default:
                throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be written as text");
        }
    }
}
