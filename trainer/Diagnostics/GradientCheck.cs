using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Diagnostics;

/// <summary>Holds a gradient against central differences (f(w + h) - f(w - h)) / 2h in double precision.</summary>
/// <remarks>
/// Elements of each tensor are drawn by the counter-based generator. The step h is swept and the best difference counts: a large one errs by the third
/// derivative, a small one by rounding. Where the function has a kink between w - h and w + h even for a small h, the differences to either side disagree
/// and the gradient may lie anywhere between them: such an element is counted and left out.
/// </remarks>
/// <seealso href="https://cs231n.github.io/neural-networks-3/#gradcheck">Gradient checks, CS231n</seealso>
public static class GradientCheck
{
    // The first is nearly always the best one.
    private static readonly double[] s_steps = [1e-5, 1e-6, 1e-4, 1e-7, 1e-3, 1e-8];
    private const double KinkStep = 1e-6;
    private const double GoodEnough = 1e-8;

    // Below these sizes a difference of two rounded losses tells nothing.
    private const double SmallestError = 1e-9;
    private const double SmallestNorm = 1e-5;

    /// <summary>Checks the gradients of a function.</summary>
    /// <param name="parameters">The tensors that the function reads, double; changed on the way and left as they were.</param>
    /// <param name="gradients">The analytic gradient of each tensor to check, by the parameter's name.</param>
    /// <param name="value">The function at the parameters as they are.</param>
    /// <param name="elements">How many elements of each tensor to look at.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <returns>A result per gradient, in the order of the names.</returns>
    public static IReadOnlyList<TensorGradient> Run(
        IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyDictionary<string, double[]> gradients, Func<double> value, int elements, ulong seed)
    {
        double start = value();
        return [.. gradients.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Check(g.Key, parameters[g.Key], g.Value, value, start, elements, seed))];
    }

    private static TensorGradient Check(string name, Tensor tensor, double[] gradient, Func<double> value, double start, int elements, ulong seed)
    {
        ulong key = CounterRandom.Key(seed, "gradient_check/" + name);
        int[] places = gradient.Length <= elements
            ? [.. Enumerable.Range(0, gradient.Length)]
            : [.. Enumerable.Range(0, elements).Select(i => (int)(CounterRandom.UInt32(key, (ulong)i) % (uint)gradient.Length)).Distinct()];
        int kinks = 0;
        double squares = 0;
        double analytic = 0;
        double numeric = 0;
        foreach (int place in places)
        {
            if (Difference(tensor, place, gradient[place], value, start) is not { } difference)
            {
                kinks++;
                continue;
            }

            squares += (gradient[place] - difference) * (gradient[place] - difference);
            analytic += gradient[place] * gradient[place];
            numeric += difference * difference;
        }

        double norm = Math.Max(Math.Sqrt(Math.Max(analytic, numeric)), SmallestNorm * Math.Max(1, Math.Abs(start)));
        return new TensorGradient(name, Math.Sqrt(squares) / norm, places.Length, kinks);
    }

    // The difference nearest to the gradient; null at a kink.
    private static double? Difference(Tensor tensor, int place, double analytic, Func<double> value, double start)
    {
        double original = tensor.Span<double>()[place];
        double best = double.PositiveInfinity;
        bool isKink = false;
        foreach (double h in s_steps)
        {
            double up = At(original + h);
            double down = At(original - h);
            double central = (up - down) / (2 * h);
            double jump = Math.Abs((up - start) - (start - down)) / h;
            double error = Math.Abs(central - analytic);
            isKink |= h == KinkStep && error <= 0.55 * jump;
            best = error < Math.Abs(best - analytic) ? central : best;
            if (error <= GoodEnough * Math.Max(Math.Abs(central), Math.Abs(analytic)))
            {
                break;
            }
        }

        tensor.Span<double>()[place] = original;
        double least = Math.Abs(best - analytic);
        return isKink && least > SmallestError && least > 1e-6 * Math.Abs(analytic) ? null : best;

        double At(double w)
        {
            tensor.Span<double>()[place] = w;
            return value();
        }
    }
}
