using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Trainer.Features;

/// <summary>Fits the preprocessing on training rows and writes it as a graph that the exported model carries.</summary>
/// <remarks>
/// Tables: missing numbers are filled, numbers scaled; each category of the training rows becomes a feature that is 1 where a row has it.
/// A missing category is one of its own where training rows have it; what they do not have gives zeros. Strings are compared as the
/// reader gives them: trimmed where the source is. Arrays: cast to float and scaled.
/// </remarks>
public static class FeatureGraph
{
    /// <summary>The name of the output.</summary>
    public const string OutputName = "prepared/features";

    private const double ManyCategories = 0.5;
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

        var names = new List<string>();
        var warnings = new List<string>();
        var parts = new List<Value>();
        FeatureColumn[] numbers = [.. table.Features.Where(f => f.Kind == ColumnKind.Number)];
        if (numbers.Length > 0)
        {
            names.AddRange(numbers.Select(n => n.Name));
            parts.Add(Numbers(g, options, [.. numbers.Select(n => inputs[n.Name])], numbers, rows, warnings));
        }

        FeatureColumn[] categories = [.. table.Features.Where(f => f.Kind == ColumnKind.Category)];
        if (categories.Length > 0)
        {
            var indicators = new List<Value>();
            foreach (FeatureColumn column in categories)
            {
                string[] vocabulary = Vocabulary(column, rows, warnings);
                names.AddRange(vocabulary.Select(v => $"{column.Name}={(v.Length == 0 ? "(missing)" : v)}"));
                indicators.Add(Indicators(g, inputs[column.Name], vocabulary));
            }

            parts.Add(g.Cast(Concat(g, indicators), DType.Float));
        }

        g.Output(Concat(g, parts), OutputName);
        return new FittedFeatures(g.Build(), names, false, warnings);
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

    private static Value Numbers(GraphBuilder g, FeatureOptions options, List<Value> inputs, FeatureColumn[] columns, ReadOnlySpan<int> rows, List<string> warnings)
    {
        float[] fill = new float[columns.Length];
        float[] offset = new float[columns.Length];
        float[] factor = new float[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            NumberStatistics found = NumberStatistics.OfColumn(columns[i].Name, columns[i].Values, rows);
            fill[i] = (float)(options.Impute == Imputation.Mean ? found.Mean : found.Median);
            (double low, double width) = options.Numbers == NumberScaling.MinMax ? (found.Min, (double)found.Max - found.Min) : (found.Mean, found.Deviation);
            bool isConstant = found.Min == found.Max;
            (offset[i], factor[i]) = isConstant ? (found.Min, 1) : ((float)low, (float)(1 / width));
            if (isConstant)
            {
                warnings.Add(FormattableString.Invariant($"column '{columns[i].Name}' is {found.Min} in every training row: it tells the model nothing"));
            }
        }

        Value x = Concat(g, inputs);
        x = g.Where(g.Node("IsNaN", [x]), g.Initializer("prepared/fill", Tensor.Vector<float>(fill)), x);
        return options.Numbers == NumberScaling.None
            ? x
            : g.Mul(g.Sub(x, g.Initializer("prepared/offset", Tensor.Vector<float>(offset))), g.Initializer("prepared/factor", Tensor.Vector<float>(factor)));
    }

    private static string[] Vocabulary(FeatureColumn column, ReadOnlySpan<int> rows, List<string> warnings)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (int row in rows)
        {
            if (known.Add(column.Values.Strings[row]))
            {
                seen.Add(column.Values.Strings[row]);
            }
        }

        if (seen.Count == 1)
        {
            warnings.Add($"column '{column.Name}' is '{seen.Min}' in every training row: it tells the model nothing");
        }
        else if (seen.Count > ManyCategories * rows.Length)
        {
            warnings.Add($"column '{column.Name}' has {seen.Count} categories in {rows.Length} training rows: is it an identifier, to be ignored?");
        }

        return [.. seen];
    }

    private static Value Indicators(GraphBuilder g, Value x, string[] vocabulary)
    {
        long[] indices = [.. Enumerable.Range(0, vocabulary.Length).Select(i => (long)i)];
        Value index = g.Node(
            "LabelEncoder",
            [x],
            Attributes.Of(("keys_strings", new AttributeValue.Strings([.. vocabulary])), ("values_int64s", indices), ("default_int64", -1L)),
            "ai.onnx.ml");
        return g.Equal(index, g.Longs(indices));
    }

    private static Value Concat(GraphBuilder g, List<Value> parts) =>
        parts.Count == 1 ? parts[0] : g.Node("Concat", [.. parts], Attributes.Of(("axis", 1L)));
}
