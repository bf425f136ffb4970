using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving.Validation;

/// <summary>
/// Finds the node at which ONNX Runtime's values first differ from those of a reference engine: every value of the graph becomes an output on both, for a few rows,
/// and is compared in the order of execution.
/// </summary>
public static class DivergenceSearch
{
    private const string WholeModel = "no node of the file diverges between the engines, so the file itself answers otherwise than the trained graph: the exporter is at fault";

    /// <summary>Searches, and leaves a model of the node alone with its inputs and the reference's outputs.</summary>
    /// <param name="model">The file as ONNX Runtime runs it.</param>
    /// <param name="reference">The engine that is held to be right.</param>
    /// <param name="feeds">A few rows by input name.</param>
    /// <param name="maxAbs">The largest difference, absolute and in shares of the value's largest element where that is above 1.</param>
    /// <param name="folder">Where the small model goes; replaced.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="AnnealException">The reference cannot run the file, or the small model cannot be written.</exception>
    public static Divergence Run(OrtModel model, IGraphRunner reference, IReadOnlyDictionary<string, Tensor> feeds, double maxAbs, string folder)
    {
        Model file = ModelReader.Read(model.Path);
        Model open = file with { Graph = ExposeValues.All(file.Graph) };
        IReadOnlyDictionary<string, Tensor> expected = Values(reference, open, feeds);
        Divergence? plain = Search(open, expected, model.Options with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL }, maxAbs, folder);
        if (plain is not null)
        {
            return plain;
        }

        Divergence? optimized = Search(open, expected, model.Options, maxAbs, folder);
        return optimized is null
            ? new Divergence(IsEqual(file, expected, model, feeds, maxAbs)
                ? WholeModel
                : "no node diverges while every value is looked at, but the file as it is does: it is ONNX Runtime's fusion of nodes; compare with its optimisation switched off")
            : optimized with { Found = $"with ONNX Runtime's optimisation only: {optimized.Found}" };
    }

    private static Divergence? Search(Model open, IReadOnlyDictionary<string, Tensor> expected, OrtOptions options, double maxAbs, string folder)
    {
        IReadOnlyDictionary<string, Tensor> actual = Values(new OrtRunner(options), open, expected);
        foreach (Node node in open.Graph.Nodes)
        {
            foreach (string output in node.Outputs.Where(o => expected.ContainsKey(o) && actual.ContainsKey(o)))
            {
                double difference = Distance(expected[output], actual[output]);
                if (difference > maxAbs)
                {
                    string repro = Write(open, node, expected, folder);
                    return new Divergence(
                        FormattableString.Invariant($"node '{node.Name}' ({node.OpType}) diverges first: its output '{output}' differs by {difference:g6}; a model of it alone is in {repro}: anneal test-onnx {repro} --engine ort"),
                        node.Name,
                        node.OpType,
                        output,
                        difference,
                        repro);
                }
            }
        }

        return null;
    }

    // The values of all outputs, with the inputs beside them.
    private static Dictionary<string, Tensor> Values(IGraphRunner runner, Model model, IReadOnlyDictionary<string, Tensor> feeds)
    {
        using IGraphSession session = runner.Open(model, []);
        var values = session.Feeds.ToDictionary(f => f.Name, f => feeds[f.Name], StringComparer.Ordinal);
        foreach ((string name, Tensor value) in session.Run(feeds))
        {
            values[name] = value.Clone();
        }

        return values;
    }

    private static bool IsEqual(Model file, IReadOnlyDictionary<string, Tensor> expected, OrtModel model, IReadOnlyDictionary<string, Tensor> feeds, double maxAbs)
    {
        Tensor[] answers = model.Run([.. model.Inputs.Select(i => feeds[i.Name])]);
        return file.Graph.Outputs.Select((o, i) => Distance(expected[o.Name], answers[i])).All(d => d <= maxAbs);
    }

    private static string Write(Model open, Node node, IReadOnlyDictionary<string, Tensor> expected, string folder)
    {
        string[] read = [.. node.Inputs.Where(i => i.Length > 0).Distinct(StringComparer.Ordinal)];
        string[] fed = [.. read.Where(i => !open.Graph.Initializers.ContainsKey(i))];
        string[] written = [.. node.Outputs.Where(expected.ContainsKey)];
        Graph alone = new(
            node.Name,
            [.. fed.Select(i => new ValueInfo(i, TensorType.Of(expected[i])))],
            [.. written.Select(o => new ValueInfo(o, TensorType.Of(expected[o])))],
            Graph.NoInitializers.AddRange(open.Graph.Initializers.Where(i => read.Contains(i.Key))),
            [node],
            Graph.NoValues);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        string set = Path.Combine(folder, "test_data_set_0");
        Directory.CreateDirectory(set);
        ModelWriter.Write(open with { Graph = alone, Metadata = Model.NoMetadata }, Path.Combine(folder, "model.onnx"));
        WriteAll(fed, "input");
        WriteAll(written, "output");
        return folder;

        void WriteAll(string[] names, string kind)
        {
            for (int i = 0; i < names.Length; i++)
            {
                File.WriteAllBytes(Path.Combine(set, FormattableString.Invariant($"{kind}_{i}.pb")), TensorFormat.ToBytes(expected[names[i]], names[i]));
            }
        }
    }

    private static double Distance(Tensor expected, Tensor actual)
    {
        if (expected.Type != actual.Type || !expected.Shape.SequenceEqual(actual.Shape))
        {
            return double.PositiveInfinity;
        }

        if (expected.Type != DType.Float)
        {
            bool isSame = expected.Type == DType.String ? expected.Strings.SequenceEqual(actual.Strings) : expected.Bytes.SequenceEqual(actual.Bytes);
            return isSame ? 0 : double.PositiveInfinity;
        }

        double worst = 0;
        double scale = 1;
        ReadOnlySpan<float> a = expected.Span<float>();
        ReadOnlySpan<float> b = actual.Span<float>();
        for (int i = 0; i < a.Length; i++)
        {
            double d = a[i].Equals(b[i]) ? 0 : Math.Abs((double)a[i] - b[i]);
            worst = Math.Max(worst, double.IsNaN(d) ? double.PositiveInfinity : d);
            scale = Math.Max(scale, Math.Abs(a[i]));
        }

        return worst / scale;
    }
}
