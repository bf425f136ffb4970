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

    private static void CheckProduct<T>(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Begin);
        TapAxis x = Axis(s.Width, s.Begin);
        Assert.That(WinogradProduct<T>.Suits(outputs, s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] weights = Ramp<T>(s.Groups * s.Filters * s.Channels * 9, 1);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 2);
        T[] bias = Ramp<T>(s.Groups * s.Filters, 3);
        int length = s.Batch * s.Groups * s.Filters * y.Grid * x.Grid;
        T[] expected = Product(new TapProduct<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] one = Product(new WinogradProduct<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] three = Product(new WinogradProduct<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);

        T[] Product(ITapProduct<T> product, int threads)
        {
            using var team = new Team(threads);
            var target = new T[length];
            var scratch = new T[(product.ScratchBytes / sizeof(T)) + 1];
            fixed (T* a = weights, b = source, c = target, d = scratch, e = bias)
            {
                product.Run(team, a, b, c, d, new GemmEpilogue<T> { Bias = e, BiasRow = 1, Activation = GemmActivation.Relu });
            }

            return target;
        }
    }

    private static void CheckGradient<T>(int outputs, (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Begin);
        TapAxis x = Axis(s.Width, s.Begin);
        Assert.That(WinogradWeightPlan<T>.Suits(outputs, s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 1);
        T[] dY = Ramp<T>(s.Batch * s.Groups * s.Filters * y.Grid * x.Grid, 2);
        T[] expected = Gradient(new ConvWeightPlan<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] one = Gradient(new WinogradWeightPlan<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] three = Gradient(new WinogradWeightPlan<T>(outputs, s.Batch, s.Groups, s.Filters, s.Channels, y, x), 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);

        T[] Gradient(IConvWeightPlan<T> plan, int threads)
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
    }

    private static TapAxis Axis(int size, int begin) => TapAxis.Forward(new WindowAxis(size, size + (2 * begin) - 2, 3, 1, 1, begin));

    private static T[] Ramp<T>(int length, int salt)
        where T : IFloatingPointIeee754<T> => [.. Enumerable.Range(0, length).Select(i => T.CreateChecked(Math.Sin((i * 0.7) + salt)))];

    private static void Near<T>(T[] actual, T[] expected, double tolerance)
        where T : IFloatingPointIeee754<T>
    {
        double scale = Math.Max(1, expected.Max(v => double.CreateChecked(T.Abs(v))));
        double difference = actual.Zip(expected, (a, b) => Math.Abs(double.CreateChecked(a - b))).Max();
        Assert.That(difference / scale, Is.LessThan(tolerance));
    }
}
