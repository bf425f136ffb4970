using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>What a model may be asked and was not trained on: the second of two rows is replaced, or the tensor has another shape.</summary>
internal static class HostileInput
{
    /// <summary>The two rows with other values in the second one, by what they are.</summary>
    public static IEnumerable<(string What, Tensor Value)> Values(Tensor pair) => pair.Type switch
    {
        DType.Float => [Number("NaN", float.NaN, pair), Number("infinite", float.PositiveInfinity, pair), Number("minus infinite", float.NegativeInfinity, pair)],
        DType.Double => [Number("NaN", double.NaN, pair), Number("infinite", double.PositiveInfinity, pair), Number("minus infinite", double.NegativeInfinity, pair)],
        DType.Int64 => [Number("the least integer", long.MinValue, pair), Number("the largest integer", long.MaxValue, pair), Number("-1", -1L, pair)],
        DType.Int32 => [Number("the least integer", int.MinValue, pair), Number("the largest integer", int.MaxValue, pair), Number("-1", -1, pair)],
        DType.UInt8 => [Number("all 0", (byte)0, pair), Number("all 255", byte.MaxValue, pair)],
        DType.String => [Text("an empty text", "", pair), Text("a blank", " ", pair), Text("a text of no training row", "no such category \u2603", pair)],
        _ => [],
    };

    /// <summary>Tensors of a shape that the model does not declare.</summary>
    public static IEnumerable<(string What, Tensor Value)> Shapes(ValueInfo input, Tensor pair)
    {
        if (input.Type.Shape is not { } shape)
        {
            yield break;
        }

        yield return ("of one more dimension", Tensor.Zeros(pair.Type, [.. pair.Shape, 1]));
        if (pair.Rank > 1)
        {
            yield return ("of one dimension less", Tensor.Zeros(pair.Type, [.. pair.Shape[..^1]]));
        }

        for (int axis = 1; axis < shape.Rank; axis++)
        {
            if (shape[axis].IsKnown)
            {
                int[] wrong = [.. pair.Shape];
                wrong[axis]++;
                yield return (FormattableString.Invariant($"of {wrong[axis]} in dimension {axis}, declared {shape[axis].Size}"), Tensor.Zeros(pair.Type, wrong));
            }
        }
    }

    private static (string, Tensor) Number<T>(string what, T number, Tensor pair)
        where T : unmanaged
    {
        Tensor changed = pair.Clone();
        changed.Span<T>()[(changed.Length / 2)..].Fill(number);
        return (what, changed);
    }

    private static (string, Tensor) Text(string what, string text, Tensor pair)
    {
        Tensor changed = pair.Clone();
        Array.Fill(changed.Strings, text, changed.Length / 2, changed.Length / 2);
        return (what, changed);
    }
}
