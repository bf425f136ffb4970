using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Conformance;

/// <summary>Compares tensors as ONNX's own test runner does: |a - b| ≤ 1e-7 + 1e-3·|b| for floats, NaN equal to NaN, anything else exactly.</summary>
/// <remarks>
/// Texts of numbers are compared as numbers: the standard leaves their digits open. Brain floats are compared by their bits as numbers, which is what ONNX's runner sees of
/// them: its files were rounded down, where the standard now asks for the nearest.
/// </remarks>
internal static class OnnxTolerance
{
    private const double Relative = 1e-3;

    // This case's answers are of epsilon 1e-2, which its node leaves at the default of 1e-6.
    private static readonly Dictionary<string, double> s_relative = new(StringComparer.Ordinal) { ["test_adam_multiple"] = 1e-2 };

    private const double Absolute = 1e-7;

    /// <summary>What is wrong with a tensor; null when nothing is.</summary>
    /// <param name="actual">The tensor.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="name">The case's name: a few have a tolerance of their own.</param>
    public static string? Problem(Tensor actual, Tensor expected, string name = "")
    {
        double relative = s_relative.GetValueOrDefault(name, Relative);
        if (actual.Type != expected.Type || !actual.Shape.SequenceEqual(expected.Shape))
        {
            return $"{actual}, expected {expected}";
        }

        return expected.Type switch
        {
            DType.String => Texts(actual.Strings, expected.Strings, relative),
            DType.Float => Floats<float>(actual, expected, relative),
            DType.Double => Floats<double>(actual, expected, relative),
            DType.Float16 => Floats<Half>(actual, expected, relative),
            DType.BFloat16 => Floats<ushort>(actual, expected, relative),
            _ => Exact(actual, expected),
        };
    }

    private static string? Texts(string[] actual, string[] expected, double relative)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            bool isSame = actual[i] == expected[i] || (Number(actual[i]) is { } a && Number(expected[i]) is { } b && IsClose(a, b, relative));
            if (!isSame)
            {
                return $"element {i} is '{actual[i]}', expected '{expected[i]}'";
            }
        }

        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static bool IsClose(double actual, double expected, double relative) =>
        actual.Equals(expected) || Math.Abs(actual - expected) <= Absolute + (relative * Math.Abs(expected));

    private static string? Floats<T>(Tensor actual, Tensor expected, double relative)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> a = MemoryMarshal.Cast<byte, T>(actual.Bytes);
        ReadOnlySpan<T> b = MemoryMarshal.Cast<byte, T>(expected.Bytes);
        for (int i = 0; i < a.Length; i++)
        {
            if (!IsClose(double.CreateTruncating(a[i]), double.CreateTruncating(b[i]), relative))
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} is {a[i]}, expected {b[i]}");
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
