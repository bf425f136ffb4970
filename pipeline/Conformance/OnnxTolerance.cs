using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Conformance;

/// <summary>Compares tensors as ONNX's own test runner does: |a - b| ≤ 1e-7 + 1e-3·|b| for floats, NaN equal to NaN, anything else exactly.</summary>
internal static class OnnxTolerance
{
    private const double Relative = 1e-3;
    private const double Absolute = 1e-7;

    /// <summary>What is wrong with a tensor; null when nothing is.</summary>
    /// <param name="actual">The tensor.</param>
    /// <param name="expected">What it should be.</param>
    public static string? Problem(Tensor actual, Tensor expected)
    {
        if (actual.Type != expected.Type || !actual.Shape.SequenceEqual(expected.Shape))
        {
            return $"{actual}, expected {expected}";
        }

        return expected.Type switch
        {
            DType.String => actual.Strings.SequenceEqual(expected.Strings) ? null : "the strings differ",
            DType.Float => Floats(Array.ConvertAll(actual.Span<float>().ToArray(), v => (double)v), Array.ConvertAll(expected.Span<float>().ToArray(), v => (double)v)),
            DType.Double => Floats(actual.Span<double>().ToArray(), expected.Span<double>().ToArray()),
            _ => Exact(actual, expected),
        };
    }

    private static string? Floats(double[] actual, double[] expected)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            bool isClose = actual[i].Equals(expected[i]) || Math.Abs(actual[i] - expected[i]) <= Absolute + (Relative * Math.Abs(expected[i]));
            if (!isClose)
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }

        return null;
    }

    private static string? Exact(Tensor actual, Tensor expected)
    {
        int at = actual.Bytes.CommonPrefixLength(expected.Bytes);
        return at == actual.Bytes.Length ? null : $"element {at / expected.Type.Size()} of {expected} differs";
    }
}
