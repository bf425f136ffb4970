using Anneal.Onnx.Ops;
using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A table of the text that each code stands for, as a <c>LabelEncoder</c> node has it.</summary>
/// <param name="Keys">The codes; of equal ones the first counts.</param>
/// <param name="Texts">The text of each.</param>
/// <param name="Other">The text of any other code.</param>
public sealed record CodeTexts(IReadOnlyList<long> Keys, IReadOnlyList<string> Texts, string Other)
{
    internal static CodeTexts? Of(NodeProto node)
    {
        var encoder = new EncoderNode(node);
        return encoder.Attribute("keys_int64s") is { } keys && encoder.Attribute("values_strings") is { } texts && keys.Ints.Count == texts.Strings.Count
            ? new CodeTexts([.. keys.Ints], [.. texts.Strings.Select(t => t.ToStringUtf8())], encoder.Attribute("default_string")?.S.ToStringUtf8() ?? LabelEncoder.DefaultString)
            : null;
    }
}
