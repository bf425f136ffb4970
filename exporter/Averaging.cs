using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>Averages the parameters of checkpoints.</summary>
public static class Averaging
{
    /// <summary>The uniform mean: θ = 1/k · Σ θᵢ, summed in double in the order given.</summary>
    /// <param name="sets">Parameters by name; every set has the same names, types (float) and shapes.</param>
    /// <returns>The mean of each parameter.</returns>
    /// <exception cref="ArgumentException">There is no set, or one differs in a name or a shape.</exception>
    public static IReadOnlyDictionary<string, Tensor> Mean(IReadOnlyList<IReadOnlyDictionary<string, Tensor>> sets)
    {
        if (sets.Count == 0)
        {
            throw new ArgumentException("there is nothing to average", nameof(sets));
        }

        var mean = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor first) in sets[0])
        {
            double[] sums = new double[first.Length];
            foreach (IReadOnlyDictionary<string, Tensor> set in sets)
            {
                if (set.Count != sets[0].Count || !set.TryGetValue(name, out Tensor? tensor) || !tensor.Shape.SequenceEqual(first.Shape))
                {
                    throw new ArgumentException($"'{name}' is not {first} in every set", nameof(sets));
                }

                ReadOnlySpan<float> values = tensor.Span<float>();
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += values[i];
                }
            }

            Tensor average = Tensor.Zeros(DType.Float, first.Shape);
            Span<float> result = average.Span<float>();
            for (int i = 0; i < sums.Length; i++)
            {
                result[i] = (float)(sums[i] / sets.Count);
            }

            mean.Add(name, average);
        }

        return mean;
    }
}
