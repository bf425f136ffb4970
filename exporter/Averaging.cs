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

    /// <summary>The greedy soup: begins with the best set and adds each next one, from the best down, that makes the mean of those taken score no lower.</summary>
    /// <param name="sets">Parameters by name, as of <see cref="Mean"/>.</param>
    /// <param name="score">How good parameters are; higher is better, and NaN is never taken.</param>
    /// <returns>The mean of the sets that were taken, and their places in the order in which they were.</returns>
    /// <exception cref="ArgumentException">There is no set, or one differs in a name or a shape.</exception>
    /// <seealso href="https://arxiv.org/abs/2203.05482">Wortsman et al., Model Soups (2022), recipe 1</seealso>
    public static (IReadOnlyDictionary<string, Tensor> Soup, IReadOnlyList<int> Taken) GreedySoup(
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> sets, Func<IReadOnlyDictionary<string, Tensor>, double> score)
    {
        if (sets.Count == 0)
        {
            throw new ArgumentException("there is nothing to average", nameof(sets));
        }

        double[] alone = [.. sets.Select(score)];
        int[] order = [.. Enumerable.Range(0, sets.Count).OrderByDescending(i => double.IsNaN(alone[i]) ? double.NegativeInfinity : alone[i])];
        List<int> taken = [order[0]];
        double best = alone[order[0]];
        foreach (int next in order.Skip(1))
        {
            double value = score(Mean([.. taken.Append(next).Select(i => sets[i])]));
            if (value >= best)
            {
                taken.Add(next);
                best = value;
            }
        }

        return (Mean([.. taken.Select(i => sets[i])]), taken);
    }
}
