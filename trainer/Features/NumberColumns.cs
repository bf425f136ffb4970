using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Trainer.Features;

/// <summary>Fits number columns: fills what is missing, scales, and says where something was missing.</summary>
internal static class NumberColumns
{
    public static void Fit(TableGraph table, FeatureOptions options, IReadOnlyList<(FeatureColumn Column, Value Input)> columns, ReadOnlySpan<int> rows)
    {
        int count = columns.Count;
        (float[] fill, float[] offset, float[] factor, bool[] isLog) = (new float[count], new float[count], new float[count], new bool[count]);
        var missing = new List<int>();
        for (int i = 0; i < count; i++)
        {
            FeatureColumn column = columns[i].Column;
            NumberFeature how = options.NumberColumns.GetValueOrDefault(column.Name, options.Numbers);
            NumberStatistics raw = NumberStatistics.OfColumn(column.Name, column.Values, rows);
            isLog[i] = how.Scaling == NumberScaling.Log;
            NumberStatistics found = isLog[i] ? NumberStatistics.OfColumn(column.Name, column.Values, rows, SignedLog) : raw;
            fill[i] = how.Impute switch
            {
                Imputation.Mean => (float)raw.Mean,
                Imputation.Median => (float)raw.Median,
                _ => how.Fill,
            };
            if (how.Indicator && raw.Missing > 0)
            {
                missing.Add(i);
            }

            if (raw.Min == raw.Max)
            {
                (offset[i], factor[i]) = (how.Scaling == NumberScaling.None ? 0 : found.Min, 1);
                table.Warnings.Add(FormattableString.Invariant($"column '{column.Name}' is {raw.Min} in every training row: it tells the model nothing"));
            }
            else
            {
                (double low, double width) = ScaleOf(how.Scaling, found);
                (offset[i], factor[i]) = ((float)low, (float)(1 / width));
                if (how.Scaling == NumberScaling.Robust && found.LowerQuartile == found.UpperQuartile)
                {
                    table.Warnings.Add(FormattableString.Invariant(
                        $"column '{column.Name}': both quartiles are {found.LowerQuartile}, so it is divided by its standard deviation instead of their distance"));
                }
            }
        }

        GraphBuilder g = table.Graph;
        Value x = table.Concat([.. columns.Select(c => c.Input)]);
        x = g.Where(g.Node("IsNaN", [x]), g.Initializer("prepared/fill", Tensor.Vector<float>(fill)), x);
        if (isLog.Contains(true))
        {
            Value log = g.Mul(g.Node("Sign", [x]), g.Log(g.Add(g.Node("Abs", [x]), g.Scalar(1, DType.Float))));
            x = isLog.Contains(false) ? g.Where(g.Initializer("prepared/is_log", Tensor.Vector<bool>(isLog)), log, x) : log;
        }

        bool isScaled = offset.AsSpan().ContainsAnyExcept(0f) || factor.AsSpan().ContainsAnyExcept(1f);
        table.Number(
            isScaled ? g.Mul(g.Sub(x, g.Initializer("prepared/offset", Tensor.Vector<float>(offset))), g.Initializer("prepared/factor", Tensor.Vector<float>(factor))) : x,
            [.. columns.Select(c => c.Column.Name)]);
        if (missing.Count > 0)
        {
            table.Indicator(g.Node("IsNaN", [table.Concat([.. missing.Select(i => columns[i].Input)])]), [.. missing.Select(i => $"{columns[i].Column.Name}=(missing)")]);
        }
    }

    private static (double Low, double Width) ScaleOf(NumberScaling scaling, NumberStatistics found) => scaling switch
    {
        NumberScaling.MinMax => (found.Min, (double)found.Max - found.Min),
        NumberScaling.Robust when found.UpperQuartile > found.LowerQuartile => (found.Median, found.UpperQuartile - found.LowerQuartile),
        NumberScaling.Robust => (found.Median, found.Deviation),
        NumberScaling.None => (0, 1),
        _ => (found.Mean, found.Deviation),
    };

    private static float SignedLog(float x) => MathF.CopySign(MathF.Log(1 + MathF.Abs(x)), x);
}
