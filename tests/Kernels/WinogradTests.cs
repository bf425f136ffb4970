using System.Numerics;
using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

/// <summary>Winograd's products are those of the definition, over tiles of 2×2 and 4×4 outputs, sizes, paddings, groups and threads.</summary>
internal sealed unsafe class WinogradTests
{
    private static readonly (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin)[] s_sizes =
    [
        (1, 1, 8, 8, 3, 3, 1), (2, 1, 16, 16, 32, 32, 1), (3, 1, 9, 11, 7, 5, 1), (5, 1, 64, 64, 8, 8, 1), (2, 2, 8, 12, 9, 14, 0), (1, 1, 70, 8, 6, 90, 1),
        (2, 1, 8, 72, 13, 4, 1), (7, 1, 17, 8, 5, 6, 2), (1, 1, 8, 200, 4, 4, 1), (2, 1, 8, 24, 17, 35, 0), (35, 1, 24, 40, 8, 8, 1),
    ];

    // Transformed tiles of 200 channels of double do not fit a thread's memory.
    private static IEnumerable<TestCaseData> Cases =>
        from outputs in new[] { 2, 4 }
        from s in s_sizes
        where outputs == 2 || s.Channels < 200
        select new TestCaseData(outputs, s);

    [TestCaseSource(nameof(Cases))]
    public void Product_OfDoubles_IsTheDirectSum(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s) =>
        CheckProduct<double>(outputs, s, 1e-11);

    [TestCaseSource(nameof(Cases))]
    public void Product_OfFloats_IsTheDirectSum(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s) =>
        CheckProduct<float>(outputs, s, 1e-4);

    [TestCaseSource(nameof(Cases))]
    public void WeightGradient_OfDoubles_IsTheDirectSum(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s) =>
        CheckGradient<double>(outputs, s, 1e-11);

    [TestCaseSource(nameof(Cases))]
    public void WeightGradient_OfFloats_IsTheDirectSum(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s) =>
        CheckGradient<float>(outputs, s, 1e-3);

    /// <summary>As the direct sum in float does, within a factor of two or three; at the customary points 0, ±1, ±2 and ∞ tiles of 4×4 would be four times as far off.</summary>
    [TestCase(2)]
    [TestCase(4)]
    public void Product_OfWeightsAsDrawn_RoundsToTwoMillionthsOfTheLargest(int outputs)
    {
        (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s = (2, 1, 64, 64, 16, 16, 1);
        TapAxis axis = Axis(16, 1);
        double[] weights = Draw("weights", 64 * 64 * 9, Math.Sqrt(2.0 / (64 * 9)));
        double[] source = [.. Draw("source", 2 * 64 * 256, 1).Select(v => Math.Max(0, v))];
        double[] expected = Product(new TapProduct<double>(2, 1, 64, 64, axis, axis), s, weights, source, [], 1);
        float[] actual = Product(new WinogradProduct<float>(outputs, 2, 1, 64, 64, axis, axis), s, Floats(weights), Floats(source), [], 1);

        Near([.. actual.Select(v => (double)v)], expected, 2e-6);
    }

    /// <inheritdoc cref="Product_OfWeightsAsDrawn_RoundsToTwoMillionthsOfTheLargest"/>
    [TestCase(2)]
    [TestCase(4)]
    public void WeightGradient_OfNormalGradients_RoundsToTwoMillionthsOfTheLargest(int outputs)
    {
        (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s = (8, 1, 16, 16, 16, 16, 1);
        TapAxis axis = Axis(16, 1);
        double[] dY = Draw("dY", 8 * 16 * 256, 1);
        double[] source = [.. Draw("source", 8 * 16 * 256, 1).Select(v => Math.Max(0, v))];
        double[] expected = Gradient(new ConvWeightPlan<double>(8, 1, 16, 16, axis, axis), s, source, dY, 1);
        float[] actual = Gradient(new WinogradWeightPlan<float>(outputs, 8, 1, 16, 16, axis, axis), s, Floats(source), Floats(dY), 1);

        Near([.. actual.Select(v => (double)v)], expected, 2e-6);
    }

    /// <summary>Full vectors of large tiles pay; few tiles, many channels and rows that end in mostly idle tiles do not.</summary>
    [TestCase(64, 64, 8, ExpectedResult = 4)]
    [TestCase(64, 16, 32, ExpectedResult = 4)]
    [TestCase(8, 64, 8, ExpectedResult = 2)]
    [TestCase(64, 256, 8, ExpectedResult = 2)]
    [TestCase(64, 32, 14, ExpectedResult = 2)]
    [TestCase(64, 4, 32, ExpectedResult = 0)]
    public int Outputs_OfSizes_AreThoseOfTheFastestTiles(int batch, int channels, int size)
    {
        int outputs = WinogradProduct<float>.Outputs(batch, 1, channels, channels, Axis(size, 1), Axis(size, 1));
        Assert.That(WinogradWeightPlan<float>.Outputs(batch, 1, channels, channels, Axis(size, 1), Axis(size, 1)), Is.EqualTo(outputs));
        return outputs;
    }

    private static void CheckProduct<T>(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Begin);
        TapAxis x = Axis(s.Width, s.Begin);
        Assert.That(WinogradProduct<T>.Suits(outputs, s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] weights = Ramp<T>(s.Groups * s.Filters * s.Channels * 9, 1);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 2);
        T[] bias = Ramp<T>(s.Groups * s.Filters, 3);
        T[] expected = Product(new TapProduct<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, weights, source, bias, 1);
        T[] one = Product(new WinogradProduct<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, weights, source, bias, 1);
        T[] three = Product(new WinogradProduct<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, weights, source, bias, 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);
    }

    private static void CheckGradient<T>(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Begin);
        TapAxis x = Axis(s.Width, s.Begin);
        Assert.That(WinogradWeightPlan<T>.Suits(outputs, s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 1);
        T[] dY = Ramp<T>(s.Batch * s.Groups * s.Filters * y.Grid * x.Grid, 2);
        T[] expected = Gradient(new ConvWeightPlan<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, source, dY, 1);
        T[] one = Gradient(new WinogradWeightPlan<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, source, dY, 1);
        T[] three = Gradient(new WinogradWeightPlan<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), s, source, dY, 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);
    }

    private static T[] Product<T>(
        ITapProduct<T> product, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, T[] weights, T[] source, T[] bias, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var team = new Team(threads);
        var target = new T[s.Batch * s.Groups * s.Filters * Axis(s.Height, s.Begin).Grid * Axis(s.Width, s.Begin).Grid];
        var scratch = new T[(product.ScratchBytes / sizeof(T)) + 1];
        fixed (T* a = weights, b = source, c = target, d = scratch, e = bias)
        {
            product.Run(team, a, b, c, d, bias.Length == 0 ? new() : new GemmEpilogue<T> { Bias = e, BiasRow = 1, Activation = GemmActivation.Relu });
        }

        return target;
    }

    private static T[] Gradient<T>(
        IConvWeightPlan<T> plan, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, T[] source, T[] dY, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var team = new Team(threads);
        var target = new T[s.Groups * s.Filters * s.Channels * 9];
        var partial = new T[(plan.ScratchBytes / sizeof(T)) + 1];
        fixed (T* a = source, b = dY, c = target, d = partial)
        {
            plan.Run(team, a, b, c, d);
        }

        return target;
    }

    private static TapAxis Axis(int size, int begin) => TapAxis.Forward(new WindowAxis(size, size + (2 * begin) - 2, 3, 1, 1, begin));

    private static T[] Ramp<T>(int length, int salt)
        where T : IFloatingPointIeee754<T> => [.. Enumerable.Range(0, length).Select(i => T.CreateChecked(Math.Sin((i * 0.7) + salt)))];

    /// <summary>Normal numbers.</summary>
    private static double[] Draw(string purpose, int length, double deviation)
    {
        ulong key = CounterRandom.Key(1, purpose);
        return [.. Enumerable.Range(0, length).Select(i => deviation * Math.Sqrt(-2 * Math.Log(Uniform(key, 2 * i))) * Math.Cos(2 * Math.PI * Uniform(key, (2 * i) + 1)))];
    }

    private static double Uniform(ulong key, int counter) => (CounterRandom.UInt32(key, (ulong)counter) + 0.5) / 4294967296.0;

    private static float[] Floats(double[] values) => [.. values.Select(v => (float)v)];

    private static void Near<T>(T[] actual, T[] expected, double tolerance)
        where T : IFloatingPointIeee754<T>
    {
        double scale = Math.Max(1, expected.Max(v => double.CreateChecked(T.Abs(v))));
        double difference = actual.Zip(expected, (a, b) => Math.Abs(double.CreateChecked(a - b))).Max();
        Assert.That(difference / scale, Is.LessThan(tolerance));
    }
}
