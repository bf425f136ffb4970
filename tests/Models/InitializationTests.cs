using Anneal.Onnx.Ir;
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

    [Test]
    public void For_Activation_ChoosesWhereNoneIsGiven([Values] Activation activation)
    {
        Initializer expected = activation switch
        {
            Activation.Linear or Activation.Selu => Initializer.LecunNormal,
            Activation.Sigmoid or Activation.HardSigmoid or Activation.Tanh or Activation.Softsign => Initializer.GlorotUniform,
            Activation.Relu or Activation.LeakyRelu or Activation.Elu or Activation.Celu or Activation.Gelu or Activation.Swish or Activation.Silu or Activation.Mish
                or Activation.Softplus or Activation.ThresholdedRelu or Activation.HardSwish => Initializer.HeNormal,
            _ => throw new AssertionException($"{activation} is not in this table"),
        };
        Assert.That(new Initialization(Initializer.Auto, 3).For(activation), Is.EqualTo(new Initialization(expected, 3)));
        Assert.That(new Initialization(Initializer.Zeros).For(activation).Kind, Is.EqualTo(Initializer.Zeros));
    }

    [TestCase(Activation.Relu, Initializer.HeNormal)]
    [TestCase(Activation.Selu, Initializer.LecunNormal)]
    [TestCase(Activation.Tanh, Initializer.GlorotUniform)]
    public void Apply_LayerWithActivation_BeginsByItsDefault(Activation activation, Initializer expected)
    {
        var g = new GraphBuilder("g");
        var context = new LayerContext(g, 7, null);
        Layer[] layers =
        [
            new Layer.Conv("conv", Origin.None, 5, 3, 1, null, 1, activation, true, Initializer.Auto),
            new Layer.ConvTranspose("up", Origin.None, 4, 2, 2, null, 1, activation, true, Initializer.Auto),
            new Layer.Flatten("flat", Origin.None),
            new Layer.Dense("dense", Origin.None, 6, activation, true, Initializer.Auto),
        ];

        context.Chain(layers, g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2, 4, 4)));

        (string Name, int FanIn, int FanOut)[] fans = [("conv", 2 * 9, 5 * 9), ("up", 5, 4 * 4), ("dense", 4 * 64, 6)];
        foreach ((string name, int fanIn, int fanOut) in fans)
        {
            Tensor first = context.Parameters.Single(p => p.Name == name + ".weight").Initial;
            Tensor drawn = new Initialization(expected).Draw(first.Shape, fanIn, fanOut, 7, name + ".weight");
            Assert.That(first.Span<float>().ToArray(), Is.EqualTo(drawn.Span<float>().ToArray()), name);
        }
    }

    [Test]
    public void Apply_RecurrentLayer_HasWhatIsAskedForInEachGate()
    {
        var g = new GraphBuilder("g");
        var context = new LayerContext(g, 7, null);
        var layer = new Layer.Recurrent("r", Origin.None, RecurrentKind.Gru, 4, ReturnSequences: false, Bidirectional: true, 0)
        {
            Initializer = new Initialization(Initializer.Constant, 0.5),
            RecurrentInitializer = new Initialization(Initializer.Orthogonal, 2),
        };

        layer.Apply(context, g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3, 5)));

        Assert.That(context.Parameters.Single(p => p.Name == "r.weight").Initial.Span<float>().ToArray(), Is.All.EqualTo(0.5f));
        float[] all = context.Parameters.Single(p => p.Name == "r.recurrent_weight").Initial.Span<float>().ToArray();
        for (int gate = 0; gate < 6; gate++)
        {
            float[] matrix = all[(gate * 16)..((gate + 1) * 16)];
            for (int a = 0; a < 4; a++)
            {
                for (int b = 0; b < 4; b++)
                {
                    double product = Enumerable.Range(0, 4).Sum(k => matrix[(a * 4) + k] * matrix[(b * 4) + k]);
                    Assert.That(product, Is.EqualTo(a == b ? 4 : 0).Within(1e-5), $"rows {a} and {b} of gate {gate}");
                }
            }

            Assert.That(gate == 0 || !matrix.SequenceEqual(all.AsSpan(0, 16)), "each gate has a draw of its own");
        }
    }

    [Test]
    public void Apply_RecurrentLayer_BeginsAsBeforeWhereNothingIsAskedFor()
    {
        var g = new GraphBuilder("g");
        var context = new LayerContext(g, 7, null);

        new Layer.Recurrent("r", Origin.None, RecurrentKind.Lstm, 4, false, false, 0).Apply(context, g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3, 5)));

        float[] recurrent = context.Parameters.Single(p => p.Name == "r.recurrent_weight").Initial.Span<float>().ToArray();
        Assert.That(recurrent, Is.EqualTo(new Initialization(Initializer.LecunUniform).Draw([1, 16, 4], 12, 4, 7, "r.recurrent_weight").Span<float>().ToArray()));
        Assert.That(recurrent.Select(Math.Abs), Is.All.LessThanOrEqualTo(0.5f));
    }

    [Test]
    public void Draw_Auto_IsRefused() => Assert.That(() => Draw(Initializer.Auto, 2, 2), Throws.InvalidOperationException);

    private static double[] Draw(Initialization initialization, params int[] shape)
    {
        Tensor tensor = initialization.Draw(shape, FanIn, FanOut, 11, "w");
        return [.. tensor.Span<float>().ToArray().Select(v => (double)v)];
    }
}
