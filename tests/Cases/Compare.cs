using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Assertions on tensors.</summary>
public static class Compare
{
    /// <summary>The elements of a float or double tensor as double.</summary>
    public static double[] Doubles(Tensor tensor) => tensor.Type == DType.Float
        ? [.. tensor.Span<float>().ToArray().Select(v => (double)v)]
        : tensor.Span<double>().ToArray();

    /// <summary>Asserts that shapes are equal, floats close and everything else equal; float and double may be compared.</summary>
    public static void Close(Tensor? actual, Tensor? expected, double tolerance, string what)
    {
        if (actual is null || expected is null)
        {
            Assert.That(actual is null, Is.EqualTo(expected is null), what);
            return;
        }

        Assert.That(actual.Shape.ToArray(), Is.EqualTo(expected.Shape.ToArray()), $"{what}: shape");
        if (expected.Type is not (DType.Float or DType.Double))
        {
            Same(actual, expected, what);
            return;
        }

        double[] a = Doubles(actual);
        double[] b = Doubles(expected);
        for (int i = 0; i < a.Length; i++)
        {
            bool close = a[i].Equals(b[i]) || Math.Abs(a[i] - b[i]) <= tolerance * (1 + Math.Abs(b[i]));
            if (!close)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} of {actual} is {a[i]:R}, expected {b[i]:R}"));
            }
        }
    }

    /// <summary>Asserts that types, shapes and all bits are equal.</summary>
    public static void Same(Tensor? actual, Tensor? expected, string what)
    {
        Assert.That(actual?.ToString(), Is.EqualTo(expected?.ToString()), what);
        if (actual is null)
        {
            return;
        }

        if (actual.Type == DType.String)
        {
            Assert.That(actual.Strings, Is.EqualTo(expected!.Strings), what);
            return;
        }

        int at = actual.Bytes.CommonPrefixLength(expected!.Bytes);
        if (at < actual.Bytes.Length)
        {
            Assert.Fail($"{what}: the bits of element {at / actual.Type.Size()} of {actual} differ");
        }
    }
}
