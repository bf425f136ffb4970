using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models.Import;

/// <summary>Finds the part of a model that can be trained: from where features are numbers to the scores that a loss takes.</summary>
/// <remarks>
/// The scores are the file's first floating output without what only decides on them: softmax, sigmoid, argmax, labels, a regression's scale. The features are the
/// file's one floating input; of a file with others (pixels, a table's columns), and of our own, the last value that all weights follow and that alone is needed.
/// </remarks>
public static class CoreFinder
{
    // What only turns scores into answers.
    private static readonly string[] s_answers = ["ArgMax", "Cast", "Greater", "GreaterOrEqual", "Identity", "LabelEncoder", "LogSoftmax", "Sigmoid", "Softmax", "Squeeze"];

    private const string OwnPreprocessing = "features/";

    /// <summary>Finds the part.</summary>
    /// <param name="model">The model as read, its functions inlined.</param>
    /// <param name="request">What is asked for.</param>
    /// <returns>The model with the part.</returns>
    /// <exception cref="AnnealException">A value that is named is not there, there are no weights, or more inputs than one lead to the scores.</exception>
    public static ImportedModel Find(Model model, ImportRequest request)
    {
        model = model with { Graph = DecomposeOps.Apply(model.Graph) };
        Graph graph = BatchShapes.Apply(Closed(model.Graph));
        var index = new Producers(graph);
        bool isOurs = model.Metadata.ContainsKey(ModelSignature.MetadataKey);
        string output = request.Output is { } named ? index.Known(named, "output") : Scores(graph, index, isOurs);
        ImmutableArray<Weight> Sites(IEnumerable<Node> nodes) => WeightsOf(graph, nodes, isOurs);
        if (request.ReplacesHead)
        {
            output = request.HeadAfter is { } after ? index.Known(after, "head.after") : BehindLastProduct(index, output, Sites);
        }

        string input = request.Input is { } given ? index.Known(given, "input") : Features(graph, index, output, isOurs, Sites);
        Node[] nodes = [.. index.Between(input, output, out string[] missing)];
        if (missing.Length > 0)
        {
            throw AnnealException.BadUsage(
                $"'{output}' cannot be computed from '{input}' alone: it needs {string.Join(", ", missing.Select(m => $"'{m}'"))} too",
                "name the value that takes the features by 'model.input'");
        }

        ImmutableArray<Weight> weights = Sites(nodes);
        if (weights.IsEmpty && !request.ReplacesHead)
        {
            throw AnnealException.BadData($"there are no weights between '{input}' and '{output}'", "name the values that training is to go between by 'model.input' and 'model.output'");
        }

        var read = nodes.SelectMany(n => n.Inputs).ToHashSet(StringComparer.Ordinal);
        return new ImportedModel(
            model,
            new Graph(
                graph.Name,
                [new ValueInfo(input, TypeOf(graph, index, input))],
                [new ValueInfo(output, new TensorType(DType.Float, null))],
                graph.Initializers.RemoveRange(graph.Initializers.Keys.Where(k => !read.Contains(k))),
                [.. nodes],
                Graph.NoValues),
            weights)
        {
            Preprocessing = graph.Inputs.Any(i => i.Name == input) ? null : Before(graph, index, input),
        };
    }

    /// <summary>A graph whose initializers are all constants, those that nodes gave included.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph with fewer inputs and nodes, and more initializers.</returns>
    public static Graph Closed(Graph graph)
    {
        var constants = graph.Nodes.Where(n => n is { Domain: "", OpType: "Constant" } && n.Attributes.Find("value") is AttributeValue.TensorValue { Value: { Rank: > 0 } tensor } && tensor.Type.IsFloating())
            .ToDictionary(n => n.Outputs[0], n => ((AttributeValue.TensorValue)n.Attributes.Find("value")!).Value, StringComparer.Ordinal);
        return graph with
        {
            Inputs = [.. graph.Inputs.Where(i => !graph.Initializers.ContainsKey(i.Name))],
            Initializers = graph.Initializers.AddRange(constants),
            Nodes = [.. graph.Nodes.Where(n => !constants.ContainsKey(n.Outputs[0]))],
        };
    }

    private static string Scores(Graph graph, Producers index, bool isOurs)
    {
        ValueInfo? answer = graph.Outputs.FirstOrDefault(o => o.Type.Type.IsFloating()) ?? graph.Outputs.FirstOrDefault();
        if (answer is null)
        {
            throw AnnealException.BadData("the model has no output");
        }

        string value = answer.Name;
        while (index.Of(value) is { } node)
        {
            bool isScale = isOurs && answer.Name == ModelSignature.PredictionOutput && node.OpType is "Add" or "Mul" or "Reshape" && node.Inputs.Skip(1).All(graph.Initializers.ContainsKey);
            if (node.Domain.Length > 0 && node.OpType != "LabelEncoder")
            {
                break;
            }

            // Probabilities that were each found alone, brought to a sum of 1.
            bool isShare = node.OpType == "LpNormalization" && node.Attributes.Int("p", 2) == 1;
            if (!s_answers.Contains(node.OpType) && !isScale && !isShare)
            {
                break;
            }

            value = node.Inputs[0];
        }

        return value;
    }

    private static string BehindLastProduct(Producers index, string scores, Func<IEnumerable<Node>, ImmutableArray<Weight>> weights)
    {
        string value = scores;
        while (index.Of(value) is { } node)
        {
            if (node.OpType is "Gemm" or "MatMul" && !weights([node]).IsEmpty)
            {
                return node.Inputs[0];
            }

            value = node.Inputs.FirstOrDefault(i => index.Of(i) is not null && !index.IsConstant(i)) ?? "";
        }

        throw AnnealException.BadUsage($"there is no Gemm or MatMul before '{scores}' whose place new layers could take", "name the value that they take by 'model.head.after'");
    }

    private static string Features(Graph graph, Producers index, string output, bool isOurs, Func<IEnumerable<Node>, ImmutableArray<Weight>> weights)
    {
        string[] inputs = [.. index.InputsOf(output)];
        if (inputs.Length == 0)
        {
            throw AnnealException.BadData($"'{output}' follows from no input");
        }

        if (!isOurs && inputs is [var only] && graph.Inputs.First(i => i.Name == only).Type.Type == DType.Float)
        {
            return only;
        }

        Node[] nodes = [.. index.Before(output)];
        int first = Array.FindIndex(nodes, n => !weights([n]).IsEmpty);
        int count = weights(nodes).Length;
        IEnumerable<string> candidates = (first < 0 ? [output] : (IEnumerable<string>)nodes[first].Inputs)
            .Concat(nodes.Take(Math.Max(first, 0)).Reverse().SelectMany(n => n.Outputs)).Concat(inputs);
        foreach (string candidate in candidates.Where(c => c.Length > 0 && !index.IsConstant(c) && TypeOf(graph, index, c).Type == DType.Float))
        {
            Node[] behind = [.. index.Between(candidate, output, out string[] missing)];
            if (missing.Length == 0 && weights(behind).Length == count)
            {
                return candidate;
            }
        }

        throw AnnealException.BadUsage(
            $"no one value of type float stands between the inputs ({string.Join(", ", inputs)}) and all weights",
            "name the value that takes the features by 'model.input'");
    }

    // By name first: what counts beside them depends on where they are.
    private static ImmutableArray<Weight> WeightsOf(Graph graph, IEnumerable<Node> nodes, bool isOurs)
    {
        var sites = new WeightSites(graph);
        var weights = new OrderedDictionary<string, Weight>(StringComparer.Ordinal);
        foreach (Node node in nodes.Where(n => !isOurs || !n.Name.StartsWith(OwnPreprocessing, StringComparison.Ordinal)))
        {
            foreach (Weight weight in sites.Of(node).Concat(weights.Count > 0 ? sites.Beside(node) : []))
            {
                weights.TryAdd(weight.Name, weight);
            }
        }

        return [.. weights.Values];
    }

    private static Graph Before(Graph graph, Producers index, string input)
    {
        string[] needed = [.. index.InputsOf(input)];
        return DeadNodes.Apply(graph with
        {
            Name = "preprocessing",
            Inputs = [.. graph.Inputs.Where(i => needed.Contains(i.Name))],
            Outputs = [new ValueInfo(input, TypeOf(graph, index, input))],
            Nodes = [.. index.Before(input)],
        });
    }

    private static TensorType TypeOf(Graph graph, Producers index, string value) =>
        graph.Inputs.Concat(graph.Outputs).FirstOrDefault(i => i.Name == value && i.Type.Shape is not null)?.Type
        ?? graph.Values.GetValueOrDefault(value)
        ?? index.Inferred.GetValueOrDefault(value)
        ?? new TensorType(DType.Undefined, null);
}
