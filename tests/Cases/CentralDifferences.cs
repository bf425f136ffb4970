using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>The derivative of a weighted sum of a case's outputs with respect to one input, in double, by the formula of five points.</summary>
/// <remarks>
/// An element at which the differences to either side do not agree is tried with smaller steps; where they still do not, the function has a kink there, and no derivative.
/// </remarks>
internal sealed class CentralDifferences
{
    private const double Agreement = 1e-4;
    private static readonly double[] s_steps = [1.0 / 1024, 1.0 / 8192, 1.0 / 65536];

    private readonly OpCase _case;
    private readonly int _input;
    private readonly double[]?[] _weights;

    /// <summary>Computes the derivative.</summary>
    /// <param name="c">The case.</param>
    /// <param name="input">The input's index.</param>
    /// <param name="weights">A factor for each element of each output; null where an output does not count.</param>
    public CentralDifferences(OpCase c, int input, Tensor?[] weights)
    {
        _case = c;
        _input = input;
        _weights = [.. weights.Select(w => w is null ? null : Compare.Doubles(w))];
        Derivative = new double[c.Inputs[input]!.Length];
        Rounding = new double[Derivative.Length];
        IsKink = new bool[Derivative.Length];
        (double Sum, double Size) here = Loss(0, 0);
        for (int k = 0; k < Derivative.Length; k++)
        {
            IsKink[k] = !s_steps.Any(h => TryStep(k, h, here.Sum, here.Size));
        }
    }

    /// <summary>The derivative, element by element.</summary>
    public double[] Derivative { get; }

    /// <summary>How far off rounding of the function's values can put each element.</summary>
    public double[] Rounding { get; }

    /// <summary>Which elements are at a kink.</summary>
    public bool[] IsKink { get; }

    private bool TryStep(int element, double h, double here, double size)
    {
        double before2 = Loss(element, -2 * h).Sum;
        double before = Loss(element, -h).Sum;
        double after = Loss(element, h).Sum;
        double after2 = Loss(element, 2 * h).Sum;
        double left = ((3 * here) - (4 * before) + before2) / (2 * h);
        double right = ((4 * after) - (3 * here) - after2) / (2 * h);
        Derivative[element] = (before2 - (8 * before) + (8 * after) - after2) / (12 * h);
        Rounding[element] = 32 * double.BitIncrement(size) * Math.Pow(2, -52) / h;
        return Math.Abs(left - right) <= Agreement * (1 + Math.Abs(Derivative[element]));
    }

    private (double Sum, double Size) Loss(int element, double change)
    {
        Tensor?[] inputs = [.. _case.Inputs];
        if (change != 0)
        {
            inputs[_input] = inputs[_input]!.Clone();
            inputs[_input]!.Span<double>()[element] += change;
        }

        Tensor?[] outputs = Evaluator.Run(_case.ToNode(), inputs);
        (double sum, double size) = (0, 0);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (_weights[i] is { } weights)
            {
                double[] y = Compare.Doubles(outputs[i]!);
                for (int k = 0; k < y.Length; k++)
                {
                    sum += y[k] * weights[k];
                    size += Math.Abs(y[k] * weights[k]);
                }
            }
        }

        return (sum, size);
    }
}
