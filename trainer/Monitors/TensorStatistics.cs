using System.Numerics;
using System.Runtime.InteropServices;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Trainer.Monitors;

/// <summary>What the elements of a tensor are like.</summary>
/// <param name="Mean">Mean of the finite elements.</param>
/// <param name="Variance">Their mean squared distance from the mean.</param>
/// <param name="Norm">Root of their sum of squares.</param>
/// <param name="NotFinite">Elements that are NaN or infinite.</param>
/// <param name="Histogram">The finite elements by size.</param>
public sealed record TensorStatistics(double Mean, double Variance, double Norm, long NotFinite, Histogram Histogram)
{
    /// <summary>Looks at the elements of a tensor.</summary>
    /// <param name="values">The elements.</param>
    /// <returns>The statistics; zeros for none. Sums are in double, in an order that the machine's vectors set.</returns>
    public static TensorStatistics Of(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<float> finite = Finite(values);
        if (finite.IsEmpty)
        {
            return new TensorStatistics(0, 0, 0, values.Length, new Histogram(0, 0, new long[Histogram.Bins]));
        }

        (double sum, double squares) = Sums(finite, 0);
        double mean = sum / finite.Length;
        double spread = Sums(finite, mean).Squares;
        return new TensorStatistics(
            mean,
            spread / finite.Length,
            Math.Sqrt(squares),
            values.Length - finite.Length,
            Histogram.Of(finite, TensorPrimitives.Min(finite), TensorPrimitives.Max(finite)));
    }

    /// <summary>The norm of the difference of two tensors.</summary>
    /// <param name="x">The elements of one.</param>
    /// <param name="y">Those of the other, as many.</param>
    /// <returns>The root of the sum of squares, summed in double.</returns>
    public static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ReadOnlySpan<Vector<float>> xs = MemoryMarshal.Cast<float, Vector<float>>(x);
        ReadOnlySpan<Vector<float>> ys = MemoryMarshal.Cast<float, Vector<float>>(y);
        Vector<double> lower = Vector<double>.Zero;
        Vector<double> upper = Vector<double>.Zero;
        for (int i = 0; i < xs.Length; i++)
        {
            Vector.Widen(xs[i], out Vector<double> a, out Vector<double> b);
            Vector.Widen(ys[i], out Vector<double> c, out Vector<double> d);
            lower += (a - c) * (a - c);
            upper += (b - d) * (b - d);
        }

        double squares = Vector.Sum(lower + upper);
        for (int i = xs.Length * Vector<float>.Count; i < x.Length; i++)
        {
            squares += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
        }

        return Math.Sqrt(squares);
    }

    // NaN is the least and the largest of whatever holds it.
    private static ReadOnlySpan<float> Finite(ReadOnlySpan<float> values) =>
        values.IsEmpty || (float.IsFinite(TensorPrimitives.Min(values)) && float.IsFinite(TensorPrimitives.Max(values)))
            ? values
            : Array.FindAll(values.ToArray(), float.IsFinite);

    private static (double Sum, double Squares) Sums(ReadOnlySpan<float> values, double centre)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var shift = new Vector<double>(centre);
        (Vector<double> lower, Vector<double> upper) = (Vector<double>.Zero, Vector<double>.Zero);
        (Vector<double> lowerSquares, Vector<double> upperSquares) = (Vector<double>.Zero, Vector<double>.Zero);
        foreach (Vector<float> vector in vectors)
        {
            Vector.Widen(vector, out Vector<double> a, out Vector<double> b);
            a -= shift;
            b -= shift;
            lower += a;
            upper += b;
            lowerSquares += a * a;
            upperSquares += b * b;
        }

        double sum = Vector.Sum(lower + upper);
        double squares = Vector.Sum(lowerSquares + upperSquares);
        foreach (float value in values[(vectors.Length * Vector<float>.Count)..])
        {
            sum += value - centre;
            squares += (value - centre) * (value - centre);
        }

        return (sum, squares);
    }
}
