using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Trainer.Features;

/// <summary>Fits the preprocessing on training rows and writes it as a graph that the exported model carries.</summary>
/// <remarks>
/// Tables: missing numbers are filled, numbers scaled; categories become indicators, places, buckets or the ids of vectors. A missing category is
/// one of its own where training rows have it, and unknown otherwise; each of its spellings is taken like the empty text. Strings are compared
/// as the reader gives them: trimmed where the source is. The features' order: numbers, ordinals, indicators, ids. Arrays: cast to float and scaled.
/// </remarks>
public static class FeatureGraph
{
    /// <summary>The name of the output.</summary>
    public const string OutputName = "prepared/features";

    private static readonly Dim s_batch = Dim.Of("N");

    /// <summary>Fits on rows of a table.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="table">The raw inputs.</param>
    /// <param name="rows">The training rows; no other is looked at.</param>
    /// <returns>The graph and what was found.</returns>
    /// <exception cref="AnnealException">There is no raw input, a number column has no number, or arrays are all of one value and are to be standardised.</exception>
    public static FittedFeatures Fit(FeatureOptions options, DataTable table, ReadOnlySpan<int> rows)
    {
        if (table.Features.Count == 0)
        {
            throw AnnealException.BadData("no column to learn from");
        }

        var g = new GraphBuilder("features");
        Dictionary<string, Value> inputs = table.Features.ToDictionary(
            f => f.Name,
            f => g.Input(f.Name, TensorType.Of(f.Values.Type, [s_batch, .. f.Values.Shape[1..].ToArray().Select(s => Dim.Of(s))])),
            StringComparer.Ordinal);
        using IDisposable scope = g.Scope("prepared");
        if (table.Features is [{ Kind: null } single])
        {
            g.Output(Scale(g, options.Arrays, inputs[single.Name], single.Values, rows), OutputName);
            return new FittedFeatures(g.Build(), [], single.Values.Type.Size() < sizeof(float), []);
        }

        var fitted = new TableGraph(g);
        (FeatureColumn Column, Value Input)[] numbers = [.. table.Features.Where(f => f.Kind == ColumnKind.Number).Select(f => (f, inputs[f.Name]))];
        if (numbers.Length > 0)
        {
            NumberColumns.Fit(fitted, options, numbers, rows);
        }

        foreach (FeatureColumn column in table.Features.Where(f => f.Kind == ColumnKind.Category))
        {
            CategoryColumns.Fit(fitted, options.CategoryColumns.GetValueOrDefault(column.Name, options.Categories), options.Missing, column, inputs[column.Name], rows);
        }

        g.Output(fitted.Features(), OutputName);
        return new FittedFeatures(g.Build(), fitted.Names, false, fitted.Warnings) { Numbers = numbers.Length, Embedded = fitted.Embedded };
    }

    private static Value Scale(GraphBuilder g, ArrayScaling options, Value x, Tensor values, ReadOnlySpan<int> rows)
    {
        double scale = options.Scale ?? (values.Type == DType.UInt8 ? 1.0 / 255 : 1);
        (double mean, double deviation) = (options.Mean, options.Std);
        if (options.Standardize)
        {
            (mean, deviation) = NumberStatistics.OfArray(values, rows);
            (mean, deviation) = (mean * scale, deviation * scale);
            if (deviation == 0)
            {
                throw AnnealException.BadData($"all elements of the training rows are {mean / scale:R}, so they cannot be standardised");
            }
        }

        x = g.Cast(x, DType.Float);
        x = scale / deviation == 1 ? x : g.Mul(x, scale / deviation);
        return mean == 0 ? x : g.Sub(x, g.Scalar(mean / deviation, DType.Float));
    }
}
