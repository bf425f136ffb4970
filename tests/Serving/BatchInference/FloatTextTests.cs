using System.Globalization;
using System.Text;
using Anneal.Onnx.Kernels;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class FloatTextTests
{
    private static string Text(float value)
    {
        Span<byte> bytes = stackalloc byte[FloatText.MostBytes];
        return Encoding.UTF8.GetString(bytes[..FloatText.Write(value, bytes)]);
    }

    [TestCase(0f)]
    [TestCase(-0f)]
    [TestCase(1f)]
    [TestCase(-1.5f)]
    [TestCase(0.1f)]
    [TestCase(0.0001f)]
    [TestCase(0.00001f)]
    [TestCase(9999999f)]
    [TestCase(1e7f)]
    [TestCase(12345678f)]
    [TestCase(16777216f)]
    [TestCase(float.MaxValue)]
    [TestCase(float.Epsilon)]
    [TestCase(1.17549435E-38f)]
    [TestCase(8388608.5f)]
    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void Write_Number_IsWhatDotNetWrites(float value) => Assert.That(Text(value), Is.EqualTo(value.ToString(CultureInfo.InvariantCulture)));

    [Test]
    public void Write_AnyBits_IsWhatDotNetWrites()
    {
        ulong key = CounterRandom.Key(1, "floats");
        for (ulong i = 0; i < 400_000; i++)
        {
            // Of every second one the exponent is that of a probability.
            uint bits = CounterRandom.UInt32(key, i);
            float value = BitConverter.UInt32BitsToSingle(i % 2 == 0 ? bits : (bits & 0x807FFFFF) | ((100 + (bits >> 27)) << 23));
            if (Text(value) != value.ToString(CultureInfo.InvariantCulture))
            {
                Assert.Fail($"{bits:X8}: {Text(value)}, expected {value.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    // Every power of two has a neighbour below that is half as far as the one above.
    [Test]
    public void Write_PowersOfTwo_AreWhatDotNetWrites()
    {
        for (int e = -149; e <= 127; e++)
        {
            float value = MathF.ScaleB(1, e);
            Assert.That(Text(value), Is.EqualTo(value.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
