using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Conformance;

/// <summary>Compares tensors as ONNX's own test runner does: |a - b| ≤ 1e-7 + 1e-3·|b| for floats, NaN equal to NaN, anything else exactly.</summary>
/// <remarks>Texts of numbers are compared as numbers: the standard leaves their digits open.</remarks>
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
            DType.String => Texts(actual.Strings, expected.Strings),
            DType.Float => Floats(Array.ConvertAll(actual.Span<float>().ToArray(), v => (double)v), Array.ConvertAll(expected.Span<float>().ToArray(), v => (double)v)),
            DType.Double => Floats(actual.Span<double>().ToArray(), expected.Span<double>().ToArray()),
            _ => Exact(actual, expected),
        };
    }

    private static string? Texts(string[] actual, string[] expected)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            bool isSame = actual[i] == expected[i] || (Number(actual[i]) is { } a && Number(expected[i]) is { } b && IsClose(a, b));
            if (!isSame)
            {
                return $"element {i} is '{actual[i]}', expected '{expected[i]}'";
            }
        }

        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static bool IsClose(double actual, double expected) =>
        actual.Equals(expected) || Math.Abs(actual - expected) <= Absolute + (Relative * Math.Abs(expected));

    private static string? Floats(double[] actual, double[] expected)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            if (!IsClose(actual[i], expected[i]))
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
