using System.Runtime.Intrinsics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Trainer.Models;

/// <summary>How a weight begins: scale · a draw from a distribution whose spread may follow from the fan-in and fan-out.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Scale">The factor: the deviation of <see cref="Initializer.Normal"/>, the bound of <see cref="Initializer.Uniform"/>, the value of <see cref="Initializer.Constant"/>, a gain elsewhere.</param>
/// <remarks>Draws come from the counter-based generator keyed by seed and parameter name, in double, so that they do not depend on order or machine width.</remarks>
public readonly record struct Initialization(Initializer Kind, double Scale = 1)
{
    /// <summary>A distribution as it is.</summary>
    /// <param name="kind">The distribution.</param>
    public static implicit operator Initialization(Initializer kind) => new(kind);

    /// <summary>The initialisation of a layer with an activation.</summary>
    /// <param name="activation">The activation, by which <see cref="Initializer.Auto"/> is chosen.</param>
    /// <returns>An initialisation that is not automatic.</returns>
    public Initialization For(Activation activation) => Kind == Initializer.Auto ? this with { Kind = activation.DefaultInitializer() } : this;

    /// <summary>Draws a tensor.</summary>
    /// <param name="shape">The tensor's sizes.</param>
    /// <param name="fanIn">Inputs that a unit sums over.</param>
    /// <param name="fanOut">Units that an input feeds.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">The parameter's name: the purpose of the random key.</param>
    /// <param name="matrices">The number of matrices that lie one under the other, each orthogonal by itself where that is asked for; one has a row for each index of the first dimension.</param>
    /// <returns>A float tensor.</returns>
    /// <exception cref="InvalidOperationException">The distribution is <see cref="Initializer.Auto"/>, which <see cref="For"/> resolves.</exception>
    public Tensor Draw(ReadOnlySpan<int> shape, int fanIn, int fanOut, ulong seed, string name, int matrices = 1)
    {
        Tensor tensor = Tensor.Zeros(DType.Float, shape);
        Span<float> values = tensor.Span<float>();
        double[] draws = new double[values.Length];
        ulong key = CounterRandom.Key(seed, "init/" + name);
        switch (Kind)
        {
            case Initializer.Zeros:
                break;
            case Initializer.Constant:
                Array.Fill(draws, 1);
                break;
            case Initializer.Orthogonal:
                int size = draws.Length / matrices;
                for (int i = 0; i < matrices; i++)
                {
                    ulong own = i == 0 ? key : CounterRandom.Key(key, FormattableString.Invariant($"matrix {i}"));
                    Orthogonal(draws.AsSpan(i * size, size), matrices == 1 ? shape[0] : size / shape[^1], own);
                }

                break;
            case Initializer.HeNormal or Initializer.GlorotNormal or Initializer.LecunNormal or Initializer.Normal:
                Normal(draws, Math.Sqrt(Variance(fanIn, fanOut)), key);
                break;
            default:
                Uniform(draws, Kind == Initializer.Uniform ? 1 : Math.Sqrt(3 * Variance(fanIn, fanOut)), key);
                break;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Scale * draws[i]);
        }

        return tensor;
    }

    private double Variance(int fanIn, int fanOut) => Kind switch
    {
        Initializer.HeNormal or Initializer.HeUniform => 2.0 / fanIn,
        Initializer.GlorotNormal or Initializer.GlorotUniform => 2.0 / ((double)fanIn + fanOut),
        Initializer.LecunNormal or Initializer.LecunUniform => 1.0 / fanIn,
        Initializer.Normal => 1,
        _ => throw new InvalidOperationException($"{Kind} has no variance"),
    };

    private static void Normal(Span<double> values, double deviation, ulong key)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(Unit(key, 2 * (ulong)i)));
            values[i] = deviation * (radius * Math.Cos(2 * Math.PI * Unit(key, (2 * (ulong)i) + 1)));
        }
    }

    private static void Uniform(Span<double> values, double bound, ulong key)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = bound * ((2 * Unit(key, 2 * (ulong)i)) - 1);
        }
    }

    // Gram-Schmidt on normal draws gives orthonormal vectors without a preferred direction; the second round removes what rounding left of the first.
    private static void Orthogonal(Span<double> values, int rows, ulong key)
    {
        int columns = values.Length / Math.Max(1, rows);
        (int count, int length) = rows <= columns ? (rows, columns) : (columns, rows);
        double[] vectors = new double[values.Length];
        Normal(vectors, 1, key);
        for (int i = 0; i < count; i++)
        {
            Span<double> vector = vectors.AsSpan(i * length, length);
            for (int before = 0; before < 2 * i; before++)
            {
                ReadOnlySpan<double> other = vectors.AsSpan(before % i * length, length);
                TensorPrimitives.MultiplyAdd(other, -Dot(vector, other), vector, vector);
            }

            TensorPrimitives.Divide(vector, Math.Sqrt(Dot(vector, vector)), vector);
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rows <= columns ? vectors[i] : vectors[(i % columns * length) + (i / columns)];
        }
    }

    // In one order on every machine: eight sums side by side, whatever the width of its vectors.
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sums = Vector512<double>.Zero;
        int whole = a.Length - (a.Length % Vector512<double>.Count);
        for (int i = 0; i < whole; i += Vector512<double>.Count)
        {
            sums += Vector512.Create(a[i..]) * Vector512.Create(b[i..]);
        }

        double sum = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
        {
            sum += sums[lane];
        }

        for (int i = whole; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double Unit(ulong key, ulong counter) => (CounterRandom.UInt32(key, counter) + 0.5) * (1.0 / 4294967296.0);
}
