using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A model's outputs as a table's columns: what tells rows apart, label, class, a probability per class or label, prediction, then any other.</summary>
/// <param name="outputs">The outputs.</param>
/// <param name="classes">The names of classes or labels, by index.</param>
/// <param name="key">The output that tells rows apart; null for none.</param>
internal sealed class OutputColumns(IReadOnlyList<ValueInfo> outputs, IReadOnlyList<string> classes, string? key)
{
    private static readonly string[] s_order =
    [
        ModelSignature.LabelOutput,
        ModelSignature.ClassOutput,
        ModelSignature.ProbabilityOutput,
        ModelSignature.ProbabilitiesOutput,
        ModelSignature.PredictionOutput,
    ];

    /// <summary>The outputs.</summary>
    public IReadOnlyList<ValueInfo> Outputs => outputs;

    /// <summary>The outputs' indices in the order in which they are written.</summary>
    public IReadOnlyList<int> Order { get; } =
    [
        .. Enumerable.Range(0, outputs.Count)
            .OrderBy(i => outputs[i].Name == key ? -1 : Array.IndexOf(s_order, outputs[i].Name) is >= 0 and int at ? at : s_order.Length),
    ];

    /// <summary>The values per row of each output, as far as the model tells ahead of running.</summary>
    public int[] ExpectedWidths => [.. outputs.Select(o => (int)Math.Max(1, (o.Type.Shape ?? TensorShape.Scalar).Dims.Skip(1).Aggregate(1L, (n, d) => n * d.Size)))];

    /// <summary>The values per row of each output.</summary>
    public static int[] Widths(ReadOnlySpan<Tensor> answers, int rows)
    {
        int[] widths = new int[answers.Length];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = answers[i].Length / rows;
        }

        return widths;
    }

    /// <summary>The columns.</summary>
    /// <param name="widths">The values per row of each output.</param>
    /// <returns>The name of each, and which value of which output it holds, in the order in which they are written.</returns>
    public IEnumerable<(string Name, int Output, int Element)> Of(int[] widths) =>
        from output in Order
        from element in Enumerable.Range(0, widths[output])
        select (NameOf(output, element, widths[output]), output, element);

    private string NameOf(int output, int column, int width)
    {
        string name = outputs[output].Name;
        return width == classes.Count && name == ModelSignature.ProbabilitiesOutput ? $"probability_{classes[column]}"
            : width == classes.Count && name is ModelSignature.ClassOutput or ModelSignature.PredictionOutput && width > 1 ? $"{name}_{classes[column]}"
            : width == 1 ? name
            : string.Create(CultureInfo.InvariantCulture, $"{name}_{column}");
    }
}
