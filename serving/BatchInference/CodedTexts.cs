using System.Text;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Puts texts in the place of codes.</summary>
internal sealed class CodedTexts
{
    private readonly Dictionary<long, int> _places = [];
    private readonly TextSpan[] _spans;
    private readonly byte[] _text;

    public CodedTexts(CodeTexts table)
    {
        byte[][] texts = [.. table.Texts.Append(table.Other).Select(Encoding.UTF8.GetBytes)];
        _spans = new TextSpan[texts.Length];
        for (int i = 0, start = 0; i < texts.Length; start += texts[i++].Length)
        {
            _spans[i] = new TextSpan(start, texts[i].Length);
        }

        for (int i = 0; i < table.Keys.Count; i++)
        {
            _places.TryAdd(table.Keys[i], i);
        }

        _text = [.. texts.SelectMany(t => t)];
    }

    /// <summary>The text of each code.</summary>
    public Tensor Of(Tensor codes)
    {
        ReadOnlySpan<long> from = codes.Span<long>();
        var elements = new TextSpan[from.Length];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = _spans[_places.TryGetValue(from[i], out int place) ? place : _spans.Length - 1];
        }

        return Tensor.OfUtf8(codes.Shape, _text, elements);
    }
}
