using System.Numerics;
using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

/// <summary>Convolutions of few channels a group are those of the definition, over sizes, strides, dilations, multipliers and threads.</summary>
internal sealed unsafe class FewChannelTests
{
    private static readonly (int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin)[] s_sizes =
    [
        (2, 3, 1, 1, 8, 16, 3, 1, 1, 1), (1, 40, 1, 1, 14, 14, 3, 1, 1, 1), (3, 2, 1, 1, 7, 7, 3, 2, 1, 1), (2, 2, 2, 1, 9, 33, 5, 1, 1, 2), (1, 3, 2, 2, 12, 15, 3, 2, 1, 1),
        (2, 2, 1, 4, 6, 31, 3, 1, 2, 2), (1, 2, 2, 3, 5, 3, 2, 1, 1, 0), (1, 1, 1, 1, 150, 300, 3, 1, 1, 1), (20, 5, 1, 1, 3, 2, 3, 1, 1, 1), (1, 2, 1, 1, 9, 9, 7, 3, 1, 3),
        (2, 2, 1, 8, 1, 70, 1, 1, 1, 0),
    ];

    [TestCaseSource(nameof(s_sizes))]
    public void Product_OfFloats_IsTheDirectSum((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s) =>
        CheckProduct<float>(s, 2e-6);

    [TestCaseSource(nameof(s_sizes))]
    public void Product_OfDoubles_IsTheDirectSum((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s) =>
        CheckProduct<double>(s, 1e-14);

    [TestCaseSource(nameof(s_sizes))]
    public void WeightGradient_OfFloats_IsTheDirectSum((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s) =>
        CheckGradient<float>(s, 1e-5);

    [TestCaseSource(nameof(s_sizes))]
    public void WeightGradient_OfDoubles_IsTheDirectSum((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s) =>
        CheckGradient<double>(s, 1e-13);

    [Test]
    public void Plan_OfDepthwiseConvolution_TakesTheKernelsForIt()
    {
        var axis = TapAxis.Forward(new WindowAxis(14, 14, 3, 1, 1, 1));

        Assert.That(ITapProduct<float>.Plan(4, 32, 1, 1, axis, axis), Is.TypeOf<FewChannelProduct<float>>());
        Assert.That(IConvWeightPlan<float>.Plan(4, 32, 1, 1, axis, axis), Is.TypeOf<FewChannelWeightPlan<float>>());
    }

    private static void CheckProduct<T>((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Kernel, s.Stride, s.Dilation, s.Begin);
        TapAxis x = Axis(s.Width, s.Kernel, s.Stride, s.Dilation, s.Begin);
        Assert.That(FewChannelProduct<T>.Suits(s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] weights = Ramp<T>(s.Groups * s.Filters * s.Channels * s.Kernel * s.Kernel, 1);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 2);
        T[] bias = Ramp<T>(s.Groups * s.Filters, 3);
        int length = s.Batch * s.Groups * s.Filters * y.Grid * x.Grid;
        T[] expected = Product(new TapProduct<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] one = Product(new FewChannelProduct<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] three = Product(new FewChannelProduct<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);

        T[] Product(ITapProduct<T> product, int threads)
        {
            using var team = new Team(threads);
            var target = new T[length];
            fixed (T* a = weights, b = source, c = target, d = bias)
            {
                product.Run(team, a, b, c, null, new GemmEpilogue<T> { Bias = d, BiasRow = 1, Activation = GemmActivation.Relu });
            }

            return target;
        }
    }

    private static void CheckGradient<T>((int Batch, int Groups, int Filters, int Channels, int Height, int Width, int Kernel, int Stride, int Dilation, int Begin) s, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TapAxis y = Axis(s.Height, s.Kernel, s.Stride, s.Dilation, s.Begin);
        TapAxis x = Axis(s.Width, s.Kernel, s.Stride, s.Dilation, s.Begin);
        Assert.That(FewChannelWeightPlan<T>.Suits(s.Batch, s.Filters, s.Channels, y, x), Is.True);
        T[] source = Ramp<T>(s.Batch * s.Groups * s.Channels * s.Height * s.Width, 1);
        T[] dY = Ramp<T>(s.Batch * s.Groups * s.Filters * y.Grid * x.Grid, 2);
        T[] expected = Gradient(new ConvWeightPlan<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] one = Gradient(new FewChannelWeightPlan<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 1);
        T[] three = Gradient(new FewChannelWeightPlan<T>(s.Batch, s.Groups, s.Filters, s.Channels, y, x), 3);

        Assert.That(three, Is.EqualTo(one));
        Near(one, expected, tolerance);

        T[] Gradient(IConvWeightPlan<T> plan, int threads)
        {
            using var team = new Team(threads);
            var target = new T[s.Groups * s.Filters * s.Channels * s.Kernel * s.Kernel];
            var partial = new T[(plan.ScratchBytes / sizeof(T)) + 1];
            partial.AsSpan().Fill(T.NaN);
            fixed (T* a = source, b = dY, c = target, d = partial)
            {
                plan.Run(team, a, b, c, d);
            }

            return target;
        }
    }

    private static TapAxis Axis(int size, int kernel, int stride, int dilation, int begin) =>
        TapAxis.Forward(new WindowAxis(size, ((size + (2 * begin) - (((kernel - 1) * dilation) + 1)) / stride) + 1, kernel, stride, dilation, begin));

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
