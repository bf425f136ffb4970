using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>Compares a variant's activations with the float model's, layer by layer.</summary>
public static class LayerErrors
{
    /// <summary>How much each product adds to the error: e(output) - e(input), with e(v) = ‖variant - float‖² / ‖float‖² over all rows.</summary>
    /// <param name="reference">The float model.</param>
    /// <param name="variant">The variant: a rewrite that left the names of the products' outputs.</param>
    /// <param name="runner">The engine for both.</param>
    /// <param name="batches">Rows by input name, batch after batch.</param>
    /// <returns>The products' nodes, the worst first.</returns>
    /// <exception cref="AnnealException">The engine cannot run one of the models.</exception>
    public static IReadOnlyList<(string Node, double Added)> Of(
        Model reference, Model variant, IGraphRunner runner, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches)
    {
        Node[] products = [.. Product.Of(reference.Graph).Values.Select(p => p.Node)];
        var computed = reference.Graph.Nodes.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        var others = variant.Graph.Nodes.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        string[] values = [.. products.SelectMany(n => new[] { n.Inputs[0], n.Outputs[0] }).Distinct(StringComparer.Ordinal).Where(v => computed.Contains(v) && others.Contains(v))];
        if (values.Length == 0)
        {
            return [];
        }

        using IGraphSession expected = runner.Open(reference with { Graph = ExposeValues.Only(reference.Graph, values) }, []);
        using IGraphSession actual = runner.Open(variant with { Graph = ExposeValues.Only(variant.Graph, values) }, []);
        double[] errors = new double[values.Length];
        double[] sizes = new double[values.Length];
        var a = new Tensor?[values.Length];
        var b = new Tensor?[values.Length];
        foreach (IReadOnlyDictionary<string, Tensor> batch in batches)
        {
            expected.Run([.. expected.Feeds.Select(f => batch[f.Name])], a);
            actual.Run([.. actual.Feeds.Select(f => batch[f.Name])], b);
            for (int v = 0; v < values.Length; v++)
            {
                Add(a[v]!, b[v]!, ref errors[v], ref sizes[v]);
            }
        }

        double ErrorOf(string value) => Array.IndexOf(values, value) is var i and >= 0 ? errors[i] / Math.Max(sizes[i], double.Epsilon) : 0;
        return [.. products.Select(n => (n.Name, ErrorOf(n.Outputs[0]) - ErrorOf(n.Inputs[0]))).OrderByDescending(e => double.IsNaN(e.Item2) ? double.PositiveInfinity : e.Item2)];
    }

    private static void Add(Tensor expected, Tensor actual, ref double error, ref double size)
    {
        ReadOnlySpan<float> x = expected.Span<float>();
        for (int i = 0; i < x.Length; i++)
        {
            float y = actual.Type == DType.Float16 ? (float)actual.Span<Half>()[i] : actual.Span<float>()[i];
            double d = (double)y - x[i];
            error += d * d;
            size += (double)x[i] * x[i];
        }
    }
}
