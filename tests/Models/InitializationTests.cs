using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Models;

internal sealed class InitializationTests
{
    private const int FanIn = 300;
    private const int FanOut = 500;

    [TestCase(Initializer.HeNormal, 2.0 / FanIn, false)]
    [TestCase(Initializer.HeUniform, 2.0 / FanIn, true)]
    [TestCase(Initializer.GlorotNormal, 2.0 / (FanIn + FanOut), false)]
    [TestCase(Initializer.GlorotUniform, 2.0 / (FanIn + FanOut), true)]
    [TestCase(Initializer.LecunNormal, 1.0 / FanIn, false)]
    [TestCase(Initializer.LecunUniform, 1.0 / FanIn, true)]
    [TestCase(Initializer.Normal, 1.0, false)]
    [TestCase(Initializer.Uniform, 1.0 / 3, true)]
    public void Draw_OfADistribution_HasItsMomentsAndShape(Initializer kind, double variance, bool isUniform)
    {
        double[] values = Draw(kind, FanIn, FanOut);

        double mean = values.Average();
        double deviation = Math.Sqrt(variance);
        Assert.That(mean, Is.Zero.Within(5 * deviation / Math.Sqrt(values.Length)));
        Assert.That(values.Average(v => v * v), Is.EqualTo(variance).Within(0.02 * variance));
        Assert.That(values.Average(v => Math.Pow(v / deviation, 4)), Is.EqualTo(isUniform ? 1.8 : 3).Within(0.08), "kurtosis");
        Assert.That(values.Max(), isUniform ? Is.EqualTo(Math.Sqrt(3) * deviation).Within(0.01 * deviation) : Is.GreaterThan(3.5 * deviation));
    }

    [TestCase(new[] { 40, 64 })]
    [TestCase(new[] { 64, 40 })]
    [TestCase(new[] { 17, 17 })]
    [TestCase(new[] { 8, 3, 3, 3 })]
    [TestCase(new[] { 1, 9 })]
    public void Draw_Orthogonal_HasOrthonormalRowsOrColumns(int[] shape)
    {
        double[] values = Draw(new Initialization(Initializer.Orthogonal, 2), shape);
        int rows = shape[0];
        int columns = values.Length / rows;
        (int count, int length, int stride, int step) = rows <= columns ? (rows, columns, columns, 1) : (columns, rows, 1, columns);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                double dot = Enumerable.Range(0, length).Sum(k => values[(i * stride) + (k * step)] * values[(j * stride) + (k * step)]);
                Assert.That(dot, Is.EqualTo(i == j ? 4 : 0).Within(1e-6), $"{i}, {j}");
            }
        }
    }

    [Test]
    public void Draw_ConstantAndZeros_HaveNoSpread()
    {
        Assert.That(Draw(new Initialization(Initializer.Constant, 0.25), 3, 4), Is.All.EqualTo(0.25));
        Assert.That(Draw(Initializer.Zeros, 3, 4), Is.All.Zero);
    }

    [Test]
    public void Draw_Again_DependsOnSeedAndNameAlone([Values(Initializer.HeNormal, Initializer.LecunUniform, Initializer.Orthogonal)] Initializer kind)
    {
        float[] Once(ulong seed, string name) => new Initialization(kind).Draw([20, 30], 20, 30, seed, name).Span<float>().ToArray();

        float[] first = Once(5, "a");
        Assert.That(Once(5, "a"), Is.EqualTo(first));
        Assert.That(Once(5, "b"), Is.Not.EqualTo(first));
        Assert.That(Once(6, "a"), Is.Not.EqualTo(first));
    }

    [TestCase(Activation.Relu, Initializer.HeNormal)]
    [TestCase(Activation.Gelu, Initializer.HeNormal)]
    [TestCase(Activation.Selu, Initializer.LecunNormal)]
    [TestCase(Activation.Linear, Initializer.LecunNormal)]
    [TestCase(Activation.Tanh, Initializer.GlorotUniform)]
    public void For_Activation_ChoosesWhereNoneIsGiven(Activation activation, Initializer expected)
    {
        Assert.That(new Initialization(Initializer.Auto, 3).For(activation), Is.EqualTo(new Initialization(expected, 3)));
        Assert.That(new Initialization(Initializer.Zeros).For(activation).Kind, Is.EqualTo(Initializer.Zeros));
    }

    [Test]
    public void Draw_Auto_IsRefused() => Assert.That(() => Draw(Initializer.Auto, 2, 2), Throws.InvalidOperationException);

    private static double[] Draw(Initialization initialization, params int[] shape)
    {
        Tensor tensor = initialization.Draw(shape, FanIn, FanOut, 11, "w");
        return [.. tensor.Span<float>().ToArray().Select(v => (double)v)];
    }
}
