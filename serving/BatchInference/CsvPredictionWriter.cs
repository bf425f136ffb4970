using System.Buffers;
using System.Globalization;
using System.Text;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes every output as columns: label, class, a probability per class or label, prediction, then any other.</summary>
internal sealed class CsvPredictionWriter : IPredictionWriter
{
    private static readonly string[] s_order =
    [
        ModelSignature.LabelOutput,
        ModelSignature.ClassOutput,
        ModelSignature.ProbabilityOutput,
        ModelSignature.ProbabilitiesOutput,
        ModelSignature.PredictionOutput,
    ];

    private readonly Stream _stream;
    private readonly IReadOnlyList<ValueInfo> _outputs;
    private readonly IReadOnlyList<string> _classes;
    private readonly int[] _order;
    private readonly ArrayBufferWriter<byte> _text = new();
    private bool _begun;

    public CsvPredictionWriter(Stream stream, IReadOnlyList<ValueInfo> outputs, IReadOnlyList<string> classes)
    {
        _stream = stream;
        _outputs = outputs;
        _classes = classes;
        _order = [.. Enumerable.Range(0, outputs.Count).OrderBy(i => Array.IndexOf(s_order, outputs[i].Name) is >= 0 and int at ? at : s_order.Length)];
    }

    public void Write(Tensor[] outputs, int rows)
    {
        int[] widths = [.. outputs.Select(o => o.Length / rows)];
        Begin(widths);
        for (int row = 0; row < rows; row++)
        {
            bool first = true;
            foreach (int output in _order)
            {
                for (int i = row * widths[output]; i < (row + 1) * widths[output]; i++)
                {
                    Separate(ref first);
                    Field(outputs[output], i);
                }
            }

            _text.Write("\n"u8);
        }

        Flush();
    }

    public void Finish()
    {
        Begin([.. _outputs.Select(o => (int)Math.Max(1, (o.Type.Shape ?? TensorShape.Scalar).Dims.Skip(1).Aggregate(1L, (n, d) => n * d.Size)))]);
        Flush();
    }

    private void Begin(int[] widths)
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        bool first = true;
        foreach (int output in _order)
        {
            for (int i = 0; i < widths[output]; i++)
            {
                Separate(ref first);
                Quoted(NameOf(output, i, widths[output]));
            }
        }

        _text.Write("\n"u8);
    }

    private string NameOf(int output, int column, int width)
    {
        string name = _outputs[output].Name;
        return width == _classes.Count && name == ModelSignature.ProbabilitiesOutput ? $"probability_{_classes[column]}"
            : width == _classes.Count && name is ModelSignature.ClassOutput or ModelSignature.PredictionOutput && width > 1 ? $"{name}_{_classes[column]}"
            : width == 1 ? name
            : string.Create(CultureInfo.InvariantCulture, $"{name}_{column}");
    }

    private void Separate(ref bool first)
    {
        if (!first)
        {
            _text.Write(","u8);
        }

        first = false;
    }

    private void Field(Tensor tensor, int index)
    {
        switch (tensor.Type)
        {
            case DType.String:
                Quoted(tensor.Strings[index]);
                break;
            case DType.Float:
                Number(tensor.Span<float>()[index]);
                break;
            case DType.Double:
                Number(tensor.Span<double>()[index]);
                break;
            case DType.Int64:
                Number(tensor.Span<long>()[index]);
                break;
            case DType.Int32:
                Number(tensor.Span<int>()[index]);
                break;
            case DType.UInt8:
                Number(tensor.Span<byte>()[index]);
                break;
            case DType.Bool:
                _text.Write(tensor.Span<bool>()[index] ? "true"u8 : "false"u8);
                break;
            default:
                throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be written as text");
        }
    }

    private void Number<T>(T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_text.GetSpan(64), out int written, "", CultureInfo.InvariantCulture);
        _text.Advance(written);
    }

    private void Quoted(string text) =>
        Encoding.UTF8.GetBytes(text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text, _text);

    private void Flush()
    {
        _stream.Write(_text.WrittenSpan);
        _text.ResetWrittenCount();
    }
}
