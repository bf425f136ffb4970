using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;

namespace Anneal.Serving.Comparing;

/// <summary>Asks two models the rows of a file, batch after batch, and compares what they answer.</summary>
public static class ModelComparison
{
    /// <summary>Compares two models.</summary>
    /// <param name="reader">The model whose signature says how the file is read.</param>
    /// <param name="data">The rows, in any format that prediction reads.</param>
    /// <param name="first">The model that the other is held against.</param>
    /// <param name="second">The other.</param>
    /// <param name="options">Batch, tolerance and what is shown.</param>
    /// <param name="drift">Counts the rows on the way; null where they are not.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="AnnealException">The rows do not fit, the models have no output in common, or there are no rows.</exception>
    public static ComparisonReport Run(
        OrtModel reader, string data, IRowModel first, IRowModel second, ComparisonOptions options, DriftCounter? drift = null, CancellationToken cancel = default)
    {
        second = RowModels.Taking(second, first.Inputs);
        IReadOnlyList<(int First, int Second)> pairs = Pairs(first, second);
        OutputCounter[] outputs =
        [
            .. pairs.Select(p => new OutputCounter(
                first.Outputs[p.First].Name == second.Outputs[p.Second].Name ? first.Outputs[p.First].Name : $"{first.Outputs[p.First].Name}, {second.Outputs[p.Second].Name}",
                options.Tolerance,
                options.Shown)),
        ];
        ModelSignature? signature = ModelSignature.Find(reader.Metadata);
        var rule = DecisionRule.Of(signature, pairs, first.Outputs, second.Outputs);
        using IRowSource source = RowSources.Open(data, reader.Inputs, signature, options.OpenImages);
        var flips = new List<DecisionChange>();
        var nonFinite = new List<long>();
        (long rows, long flipped, long broken) = (0, 0, 0);
        int[] order = [.. first.Inputs.Select(input => reader.Inputs.ToList().FindIndex(r => r.Name == input.Name))];
        while (source.Read(options.Batch) is { } feeds)
        {
            cancel.ThrowIfCancellationRequested();
            for (int i = 0; drift is not null && i < feeds.Length; i++)
            {
                drift.Add(reader.Inputs[i].Name, feeds[i]);
            }

            Tensor[] ordered = [.. order.Select(i => feeds[i])];
            Tensor[] a = first.Answer(ordered);
            Tensor[] b = second.Answer(ordered);
            for (int i = 0; i < outputs.Length; i++)
            {
                outputs[i].Add(a[pairs[i].First], b[pairs[i].Second], rows);
            }

            foreach (DecisionChange change in rule?.Changes(a, b, pairs, rows) ?? [])
            {
                flipped++;
                Keep(flips, change, options.Shown);
            }

            foreach (int row in a.SelectMany(OutputCounter.NonFinite).Distinct().Order())
            {
                broken++;
                Keep(nonFinite, rows + row, options.Shown);
            }

            rows += feeds[0].Shape[0];
        }

        return rows == 0
            ? throw AnnealException.BadData("there are no rows").In(data)
            : new ComparisonReport(
                first.Name, second.Name, rows, [.. outputs.Select(o => o.Result)], rule?.Description, rule is null ? null : flipped, flips, broken, nonFinite, source.Ignored);
    }

    // Outputs of one name; where there are none such, the only output of each.
    private static IReadOnlyList<(int First, int Second)> Pairs(IRowModel first, IRowModel second)
    {
        (int First, int Second)[] named =
        [
            .. first.Outputs.Select((o, i) => (i, second.Outputs.ToList().FindIndex(s => s.Name == o.Name))).Where(p => p.Item2 >= 0),
        ];
        return named.Length > 0 ? named
            : first.Outputs.Count == 1 && second.Outputs.Count == 1 ? [(0, 0)]
            : throw AnnealException.BadData($"{first.Name} answers {Names(first.Outputs)}, {second.Name} {Names(second.Outputs)}: none of one name");
    }

    private static string Names(IReadOnlyList<ValueInfo> outputs) => string.Join(", ", outputs.Select(o => $"'{o.Name}'"));

    private static void Keep<T>(List<T> list, T item, int most)
    {
        if (list.Count < most)
        {
            list.Add(item);
        }
    }
}
