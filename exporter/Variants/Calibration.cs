using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>Finds the range of values of a graph by running it on rows.</summary>
/// <param name="method">How ranges follow from what is seen.</param>
/// <param name="percentile">The share of elements that stay in the range on each side, for <see cref="CalibrationMethod.Percentile"/>.</param>
public sealed class Calibration(CalibrationMethod method, double percentile = 0.9999)
{
    /// <summary>Runs the rows and finds the ranges.</summary>
    /// <param name="model">A float model.</param>
    /// <param name="values">The names of float values in its graph.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="batches">Rows by input name, batch after batch; gone through twice.</param>
    /// <returns>The range of each value.</returns>
    /// <exception cref="AnnealException">The engine cannot run the model.</exception>
    public IReadOnlyDictionary<string, ValueRange> Run(Model model, IReadOnlyList<string> values, IGraphRunner runner, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches)
    {
        if (values.Count == 0)
        {
            return new Dictionary<string, ValueRange>();
        }

        // An input is in the rows themselves.
        string[] given = [.. values.Where(v => model.Graph.Inputs.Any(i => i.Name == v))];
        string[] computed = [.. values.Except(given)];
        using IGraphSession? session = computed.Length > 0 ? runner.Open(model with { Graph = ExposeValues.Only(model.Graph, computed) }, []) : null;
        var ranges = values.ToDictionary(v => v, _ => new ValueRange(0, 0), StringComparer.Ordinal);
        Each(session, given, batches, (name, elements) =>
        {
            (float min, float max) = ranges[name];
            foreach (float element in elements)
            {
                if (float.IsFinite(element))
                {
                    min = Math.Min(min, element);
                    max = Math.Max(max, element);
                }
            }

            ranges[name] = new ValueRange(min, max);
        });
        if (method == CalibrationMethod.MinMax)
        {
            return ranges;
        }

        var histograms = ranges.ToDictionary(r => r.Key, r => new Histogram(r.Value), StringComparer.Ordinal);
        Each(session, given, batches, (name, elements) => histograms[name].Add(elements));
        return histograms.ToDictionary(h => h.Key, h => method == CalibrationMethod.Entropy ? h.Value.Entropy() : h.Value.Percentile(percentile), StringComparer.Ordinal);
    }

    private static void Each(IGraphSession? session, string[] given, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches, ReadElements read)
    {
        var fetches = new Tensor?[session?.Fetches.Count ?? 0];
        foreach (IReadOnlyDictionary<string, Tensor> batch in batches)
        {
            foreach (string input in given)
            {
                read(input, batch[input].Span<float>());
            }

            session?.Run([.. session.Feeds.Select(f => batch[f.Name])], fetches);
            for (int i = 0; i < fetches.Length; i++)
            {
                read(session!.Fetches[i].Name, fetches[i]!.Span<float>());
            }
        }
    }

    private delegate void ReadElements(string value, ReadOnlySpan<float> elements);
}
