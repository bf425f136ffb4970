using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>Draws the first values of parameters.</summary>
public static class Initialization
{
    /// <summary>Draws a tensor.</summary>
    /// <param name="initializer">The distribution; <see cref="Initializer.Auto"/> must be resolved before.</param>
    /// <param name="shape">The tensor's sizes.</param>
    /// <param name="fanIn">Inputs that a unit sums over.</param>
    /// <param name="fanOut">Units that an input feeds.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">The parameter's name: the purpose of the random key.</param>
    /// <returns>A float tensor.</returns>
    public static Tensor Draw(Initializer initializer, ReadOnlySpan<int> shape, int fanIn, int fanOut, ulong seed, string name)
    {
        Tensor tensor = Tensor.Zeros(DType.Float, shape);
        if (initializer == Initializer.Zeros)
        {
            return tensor;
        }

        double variance = initializer switch
        {
            Initializer.HeNormal or Initializer.HeUniform => 2.0 / fanIn,
            Initializer.GlorotNormal or Initializer.GlorotUniform => 2.0 / ((double)fanIn + fanOut),
            Initializer.LecunNormal or Initializer.LecunUniform => 1.0 / fanIn,
            _ => throw new ArgumentOutOfRangeException(nameof(initializer)),
        };
        bool normal = initializer is Initializer.HeNormal or Initializer.GlorotNormal or Initializer.LecunNormal;
        ulong key = CounterRandom.Key(seed, "init/" + name);
        double scale = normal ? Math.Sqrt(variance) : Math.Sqrt(3 * variance);
        Span<float> values = tensor.Span<float>();
        for (int i = 0; i < values.Length; i++)
        {
            double u = Uniform(key, 2 * (ulong)i);
            double draw = normal
                ? Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * Uniform(key, (2 * (ulong)i) + 1))
                : (2 * u) - 1;
            values[i] = (float)(scale * draw);
        }

        return tensor;
    }

    private static double Uniform(ulong key, ulong counter) => (CounterRandom.UInt32(key, counter) + 0.5) * (1.0 / 4294967296.0);
}
