using System.Numerics;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Kernels;

namespace Anneal.Tests.Ops;

/// <summary>The vectorised functions against series in thousands of bits.</summary>
internal sealed class ActivationTests
{
    private static readonly Dictionary<string, (double Least, double Most, Func<BigInteger, BigInteger> Exactly)> s_functions = new(StringComparer.Ordinal)
    {
        ["Erf"] = (-7, 7, Exact.Erf),
        ["Gelu"] = (-37, 37, x => Exact.Multiply(x, Exact.One + Exact.Erf(Exact.Divide(x, Exact.Root(2 * Exact.One)))) / 2),
        ["Elu"] = (-80, 3, x => x > 0 ? x : Exact.Exp(x) - Exact.One),
        ["Celu"] = (-80, 3, x => x > 0 ? x : Exact.Exp(x) - Exact.One),
        ["Swish"] = (-100, 100, x => Exact.Divide(x, Exact.One + Exact.Exp(-x))),
        ["Softplus"] = (-100, 100, x => x > 0 ? x + Exact.LogP1(Exact.Exp(-x)) : Exact.LogP1(Exact.Exp(x))),
        ["Softsign"] = (-100, 100, x => Exact.Divide(x, Exact.One + BigInteger.Abs(x))),
        ["Tanh"] = (-25, 25, x => Exact.Divide(Exact.Exp(2 * x) - Exact.One, Exact.Exp(2 * x) + Exact.One)),
        ["Mish"] = (-90, 50, x =>
        {
            BigInteger e = Exact.Exp(x);
            BigInteger grown = Exact.Multiply(e, e) + (2 * e);
            return Exact.Multiply(x, Exact.Divide(grown, grown + (2 * Exact.One)));
        }
        ),
    };

    private static IEnumerable<string> Names => s_functions.Keys;

    // Double: the exponential is good to two units and each further operation adds up to one; float is computed in double and rounded once, but Softsign in two steps.
    [TestCaseSource(nameof(Names))]
    public void Run_AnyArgument_IsWithinAFewUnitsInTheLastPlace(string op)
    {
        (double least, double most, Func<BigInteger, BigInteger> exactly) = s_functions[op];
        double[] x = [.. Arguments(least, most)];
        Tensor doubles = OpRun.One(op, null, Tensor.Vector(x));
        Tensor floats = OpRun.One(op, null, OpRun.Of([x.Length], i => x[i]));
        for (int i = 0; i < x.Length; i++)
        {
            double error = Exact.Ulps(doubles.Span<double>()[i], exactly(Exact.Of(x[i])), isFloat: false);
            Assert.That(error, Is.LessThan(8), $"{op}({x[i]:R}) in double");
            error = Exact.Ulps(floats.Span<float>()[i], exactly(Exact.Of((float)x[i])), isFloat: true);
            Assert.That(error, Is.LessThan(op == "Softsign" ? 1.51 : 0.51), $"{op}({(float)x[i]:R}) in float");
        }
    }

    [TestCase("Erf", 1, -1)]
    [TestCase("Tanh", 1, -1)]
    [TestCase("Elu", double.PositiveInfinity, -1)]
    [TestCase("Celu", double.PositiveInfinity, -1)]
    [TestCase("Softplus", double.PositiveInfinity, 0)]
    [TestCase("HardSigmoid", 1, 0)]
    [TestCase("ThresholdedRelu", double.PositiveInfinity, 0)]
    [TestCase("LeakyRelu", double.PositiveInfinity, double.NegativeInfinity)]
    public void Run_InfinityAndNaN_GiveTheLimits(string op, double above, double below)
    {
        double[] x = [double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        double[] expected = [above, below, op == "ThresholdedRelu" ? 0 : double.NaN];
        Assert.That(OpRun.One(op, null, Tensor.Vector(x)).Span<double>().ToArray(), Is.EqualTo(expected));
        Tensor floats = OpRun.One(op, null, OpRun.Of([3], i => x[i]));
        Assert.That(floats.Span<float>().ToArray(), Is.EqualTo(expected.Select(v => (float)v).ToArray()));
    }

    [TestCase("Gelu")]
    [TestCase("Swish")]
    [TestCase("Mish")]
    [TestCase("Selu")]
    [TestCase("Softsign")]
    [TestCase("HardSwish")]
    public void Run_NaN_StaysNaN(string op)
    {
        Assert.That(OpRun.One(op, null, Tensor.Vector(1, double.NaN)).Span<double>()[1], Is.NaN);
        Assert.That(OpRun.One(op, null, OpRun.Of([2], _ => double.NaN)).Span<float>()[1], Is.NaN);
    }

    [TestCaseSource(nameof(Names))]
    public void Run_AnyPlaceInAnyLength_GivesTheSameBits(string op)
    {
        foreach (int length in new[] { 0, 1, 7, 8, 9, 15, 16, 17, 33 })
        {
            Tensor all = OpRun.One(op, null, OpRun.Of([length], _ => -0.7));
            float alone = OpRun.One(op, null, OpRun.Of([1], _ => -0.7)).Span<float>()[0];
            Assert.That(all.Span<float>().ToArray(), Is.All.EqualTo(alone));
        }
    }

    private static IEnumerable<double> Arguments(double least, double most)
    {
        foreach (double x in new[] { 1e-310, 1e-30, 1e-9, 0.2, 0.4999, 0.5, 0.69, 0.7072, 0.88, 1, 2.9999 })
        {
            yield return x;
            yield return -x;
        }

        for (int i = 0; i <= 60; i++)
        {
            yield return least + ((most - least) * (i + (0.01 * Math.Sin(i))) / 60.02) + 0.001;
        }
    }
}
