using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = 2/√π · ∫₀ˣ e^(-t²) dt.</summary>
/// <remarks>Computed in double, to about 1e-15.</remarks>
internal sealed class Erf : Unary
{
    private const double TwoOverRootPi = 1.1283791670955126;

    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 9 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Mul(g.Exp(g.Neg(g.Mul(s.In(0), s.In(0)))), TwoOverRootPi))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = T.CreateTruncating(Of(double.CreateTruncating(x[i])));
        }
    });

    internal static double Of(double x)
    {
        double a = Math.Abs(x);
        double value = a < 2.5 ? Series(a) : a > 6 ? 1 : 1 - Complement(a);
        return double.IsNaN(x) ? x : Math.CopySign(value, x);
    }

    // e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!: every term is positive, so nothing cancels.
    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return TwoOverRootPi * Math.Exp(-x * x) * sum;
    }

    private static double Complement(double x)
    {
        double fraction = x;
        for (int n = 60; n >= 1; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / (fraction * Math.Sqrt(Math.PI));
    }
}
