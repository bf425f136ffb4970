using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>Estimates the running averages of batch normalisation anew, for parameters that no step has left.</summary>
public static class BatchStatistics
{
    private const int MostRows = 10_000;

    /// <summary>
    /// Replaces each running average by the mean of the batches' own: Σ nᵢ·mᵢ / Σ nᵢ over the first batches of one pass that together have 10,000 rows, or over all
    /// where there are fewer; batch i has nᵢ rows.
    /// </summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The training rows; they are not augmented, and nothing is dropped out.</param>
    /// <param name="batch">Rows of a batch, at least 1.</param>
    /// <param name="seed">The seed of their order.</param>
    /// <param name="parameters">The parameters by name.</param>
    /// <returns>The parameters with the new averages; the same where the model has none.</returns>
    /// <seealso href="https://arxiv.org/abs/1803.05407">Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization (2018)</seealso>
    public static IReadOnlyDictionary<string, Tensor> Estimate(
        TrainingGraphs graphs, IGraphRunner runner, RowSet rows, int batch, ulong seed, IReadOnlyDictionary<string, Tensor> parameters)
    {
        if (graphs.Statistics is not { } model)
        {
            return parameters;
        }

        using IGraphSession session = runner.Open(model, [.. graphs.EvaluationState().Select(s => s with { Initial = parameters[s.Input] })]);
        using var feed = new BatchFeed(rows.Features, rows.Target, rows.Rows, batch, seed, prefetch: false);
        List<string> inputs = [.. graphs.BatchInputs];
        int[] featureAt = [.. session.Feeds.Select(f => inputs.IndexOf(f.Name))];
        var feeds = new Tensor[featureAt.Length];
        var fetches = new Tensor?[session.Fetches.Count];
        double[][] sums = [.. session.Fetches.Select(f => new double[parameters[NameOf(f.Name)].Length])];
        int seen = 0;
        while (seen < Math.Min(MostRows, rows.Rows.Length))
        {
            Batch next = feed.Next();
            seen += next.Rows;
            for (int i = 0; i < feeds.Length; i++)
            {
                feeds[i] = next.Features[featureAt[i]];
            }

            session.Run(feeds, fetches);
            for (int i = 0; i < sums.Length; i++)
            {
                Add(fetches[i]!.Span<float>(), next.Rows, sums[i]);
            }
        }

        var estimated = new SortedDictionary<string, Tensor>(parameters.ToDictionary(), StringComparer.Ordinal);
        for (int i = 0; i < sums.Length; i++)
        {
            estimated[NameOf(session.Fetches[i].Name)] = Tensor.Vector<float>([.. sums[i].Select(s => (float)(s / seen))]);
        }

        return estimated;
    }

    private static string NameOf(string output) => output[..^TrainingGraphs.NextSuffix.Length];

    private static void Add(ReadOnlySpan<float> values, int rows, double[] sums)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += (double)values[i] * rows;
        }
    }
}
