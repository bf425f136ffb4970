using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>1 - erf(x) from x = 1/2: e^(-x²) / (1 + 2x) times a slow function, a polynomial of 1 / (x + 3) that is fitted to the continued fraction.</summary>
internal static class ErfTail
{
    /// <summary>Where the approximation begins.</summary>
    public const double Start = 0.5;

    private const int Terms = 20;
    private const double Shift = 3;

    // Beyond it the result is zero.
    private const double End = 27.5;

    // t = Scale / (x + Shift) - Offset runs from -1 at the end to 1 at the start.
    private const double Scale = 2 * (End + Shift) * (Start + Shift) / (End - Start);
    private const double Offset = (Scale / (End + Shift)) + 1;

    private static readonly double[] s_powers = Fit();

    /// <summary>1 - erf(x) of each element from <see cref="Start"/>; what it is of others is not defined.</summary>
    /// <param name="magnitude">x.</param>
    /// <param name="argument">What x² is known of more precisely than of x: x² = factor · argument².</param>
    /// <param name="factor">A power of two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Of(Vector512<double> magnitude, Vector512<double> argument, double factor)
    {
        Vector512<double> x = Vector512.Min(magnitude, Vector512.Create(End));
        Vector512<double> t = (Vector512.Create(Scale) / (x + Vector512.Create(Shift))) - Vector512.Create(Offset);
        Vector512<double> square = t * t;
        double[] powers = s_powers;
        Vector512<double> even = Vector512.Create(powers[Terms - 2]);
        Vector512<double> odd = Vector512.Create(powers[Terms - 1]);
        for (int n = Terms - 4; n >= 0; n -= 2)
        {
            even = Vector512.MultiplyAddEstimate(even, square, Vector512.Create(powers[n]));
            odd = Vector512.MultiplyAddEstimate(odd, square, Vector512.Create(powers[n + 1]));
        }

        Vector512<double> slow = Vector512.MultiplyAddEstimate(odd, t, even);

        // The rounding of x² would be multiplied by x² in the result.
        Vector512<double> exponent = argument * argument;
        Vector512<double> rest = Vector512.FusedMultiplyAdd(argument, argument, -exponent) * factor;
        Vector512<double> decay = Vector512.Exp(exponent * -factor);
        Vector512<double> tail = (decay - (decay * rest)) * (slow / (Vector512<double>.One + x + x));
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(End)), Vector512<double>.Zero, tail);
    }

    // Interpolates in Chebyshev's nodes and sorts the series by powers.
    private static double[] Fit()
    {
        const int Nodes = 2 * Terms;
        double[] powers = new double[Terms];
        double[] values = new double[Nodes];
        for (int node = 0; node < Nodes; node++)
        {
            double x = (Scale / (CosineOf((2 * node) + 1) + Offset)) - Shift;
            values[node] = (1 + (2 * x)) * Scaled(x);
        }

        double[] before = new double[Terms];
        double[] polynomial = [1, .. new double[Terms - 1]];
        for (int n = 0; n < Terms; n++)
        {
            double weight = 0;
            for (int node = 0; node < Nodes; node++)
            {
                weight += (n == 0 ? 1.0 : 2.0) / Nodes * values[node] * CosineOf(n * ((2 * node) + 1));
            }

            double[] next = new double[Terms];
            for (int power = 0; power < Terms; power++)
            {
                powers[power] += weight * polynomial[power];
                next[power] = (power == 0 ? 0 : (n == 0 ? 1 : 2) * polynomial[power - 1]) - before[power];
            }

            (before, polynomial) = (polynomial, next);
        }

        return powers;

        // cos(π·part / (2·Nodes)), reduced in whole numbers.
        static double CosineOf(int part) => Math.Cos(Math.PI * (part % (4 * Nodes)) / (2 * Nodes));
    }

    // e^(x²)·(1 - erf(x)) = 1 / (√π·(x + 1/2 / (x + 2/2 / (x + 3/2 / ...)))), whose terms are all positive.
    private static double Scaled(double x)
    {
        double fraction = x;
        for (int n = 3000; n >= 1; n--)
        {
            fraction = x + (n / 2.0 / fraction);
        }

        return 1 / (Math.Sqrt(Math.PI) * fraction);
    }
}
