using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>Temperature scaling: the T whose softmax(z / T), or sigmoid(z / T), has the least log-loss on rows that were not trained on. No decision of the most probable changes.</summary>
/// <remarks>The log-loss is convex in β = 1 / T, so its minimum is where its derivative is 0, found by bisection; T is kept between 1/20 and 20.</remarks>
/// <seealso href="https://arxiv.org/abs/1706.04599">Guo et al. 2017, On Calibration of Modern Neural Networks</seealso>
public static class Temperature
{
    private const double Limit = 20;
    private const int Steps = 60;

    // The smallest probability that is told from 0: logits are taken from probabilities, which say no more.
    private const double Least = 1e-38;
    private const double LeastRest = 6e-8;

    /// <summary>Fits T.</summary>
    /// <param name="task">Classification, binary or multilabel.</param>
    /// <param name="probabilities">The model's, [N, C] float; [N, 1] of two classes.</param>
    /// <param name="truth">Class indices [N] int64, or labels [N, L] float of 0 and 1.</param>
    /// <returns>The temperature.</returns>
    /// <exception cref="AnnealException">There are no rows.</exception>
    public static double Fit(ModelTask task, Tensor probabilities, Tensor truth)
    {
        if (probabilities.Length == 0)
        {
            throw AnnealException.BadData("there are no rows to fit the temperature on");
        }

        double[] logits = Logits(task, probabilities);
        int columns = probabilities.Length / probabilities.Shape[0];
        double low = 1 / Limit;
        double high = Limit;
        for (int step = 0; step < Steps; step++)
        {
            double middle = (low + high) / 2;
            double slope = task == ModelTask.Classification ? OfClasses(logits, truth.Span<long>(), columns, middle) : OfLabels(logits, truth, middle);
            (low, high) = slope <= 0 ? (middle, high) : (low, middle);
        }

        return 2 / (low + high);
    }

    private static double[] Logits(ModelTask task, Tensor probabilities)
    {
        double[] logits = new double[probabilities.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            double p = Math.Max(probabilities.Span<float>()[i], Least);
            logits[i] = task == ModelTask.Classification ? Math.Log(p) : Math.Log(p) - Math.Log(Math.Max(1 - p, LeastRest));
        }

        return logits;
    }

    // d/dβ of the sum over rows of log Σ exp(β z) - β z[true].
    private static double OfClasses(double[] logits, ReadOnlySpan<long> truth, int columns, double beta)
    {
        double slope = 0;
        for (int row = 0; row < truth.Length; row++)
        {
            ReadOnlySpan<double> z = logits.AsSpan(row * columns, columns);
            double largest = double.NegativeInfinity;
            foreach (double value in z)
            {
                largest = Math.Max(largest, value);
            }

            double mass = 0;
            double moment = 0;
            foreach (double value in z)
            {
                double weight = Math.Exp(beta * (value - largest));
                mass += weight;
                moment += weight * value;
            }

            slope += (moment / mass) - z[(int)truth[row]];
        }

        return slope;
    }

    // d/dβ of the sum over rows and labels of log(1 + exp(β z)) - y β z.
    private static double OfLabels(double[] logits, Tensor truth, double beta)
    {
        double slope = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double y = truth.Type == DType.Int64 ? truth.Span<long>()[i] : truth.Span<float>()[i];
            slope += ((1 / (1 + Math.Exp(-beta * logits[i]))) - y) * logits[i];
        }

        return slope;
    }
}
