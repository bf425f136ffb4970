using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Rounds a training step to a half-precision format where mixed precision computes in it: products, convolutions, and the activations between two of them.</summary>
/// <remarks>
/// Values stay float in the graph: each is a cast to the format and back, so that any engine gives the numbers of half precision with sums in float.
/// Parameters, the optimizer, losses, norms, softmax and sums stay as they are: what no product follows is not rounded, nor is what follows the forward pass's last product.
/// Ops with loops inside, such as a GRU's, stay float.
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1710.03740">Micikevicius et al., Mixed Precision Training (2018)</seealso>
public static class MixedPrecision
{
    private static readonly HashSet<string> s_products = Names("Conv ConvGradW ConvGradX ConvTranspose Einsum Gemm MatMul");

    private static readonly HashSet<string> s_between = Names(
        "Abs Add Celu Clip Concat Elu Erf Expand Flatten HardSigmoid HardSwish Identity LeakyRelu Max MaxPool Min Mish Mul Neg PRelu Pad Relu Reshape Selu Shrink Sigmoid Sign Slice Softplus Softsign Split Squeeze Sub Tanh ThresholdedRelu Transpose Unsqueeze Where");

    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="half">The format: float16 or bfloat16.</param>
    /// <param name="state">The states that the step replaces; the other outputs end the forward pass.</param>
    /// <returns>The step with rounded values.</returns>
    public static Graph Apply(Graph graph, DType half, IReadOnlyList<StateBinding> state)
    {
        if (half is not (DType.Float16 or DType.BFloat16))
        {
            throw AnnealException.BadUsage($"there is no mixed precision of {half.Name()}", "the formats are float16 and bfloat16");
        }

        TypeInference types = TypeInference.Of(graph);
        HashSet<Node> halves = Halves(graph, types, state);
        var taken = graph.Nodes.SelectMany(n => n.Outputs.Add(n.Name)).Concat(graph.Inputs.Select(i => i.Name)).Concat(graph.Initializers.Keys).ToHashSet(StringComparer.Ordinal);
        HashSet<string> carried = [.. halves.SelectMany(n => n.Outputs).Where(IsFloat)];
        var rounded = new Dictionary<string, string>(StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node node in graph.Nodes)
        {
            if (!halves.Contains(node))
            {
                nodes.Add(node);
                continue;
            }

            string[] inputs = [.. node.Inputs.Select(i => i.Length > 0 && IsFloat(i) ? Rounded(i, node) : i)];
            (string Wide, string Name)[] outputs = [.. node.Outputs.Select(o => (o.Length > 0 && IsFloat(o) ? Unique(o + "/wide") : o, o))];
            nodes.Add(node with { Inputs = [.. inputs], Outputs = [.. outputs.Select(o => o.Wide)] });
            foreach ((string wide, string name) in outputs.Where(o => o.Wide != o.Name))
            {
                Round(wide, name, node);
            }
        }

        return graph with { Nodes = [.. nodes] };

        bool IsFloat(string value) => types.Types[value].Type == DType.Float;

        string Rounded(string value, Node reader)
        {
            if (carried.Contains(value))
            {
                return value;
            }

            if (!rounded.TryGetValue(value, out string? name))
            {
                name = Unique(value + "/rounded");
                rounded.Add(value, name);
                Round(value, name, reader);
            }

            return name;
        }

        void Round(string value, string name, Node near)
        {
            string narrow = Unique(name + "/half");
            nodes.Add(new Node(narrow, "", "Cast", [value], [narrow], Attributes.Of(("to", (long)half)), near.Origin));
            nodes.Add(new Node(Unique(name + "/float"), "", "Cast", [narrow], [name], Attributes.Of(("to", (long)DType.Float)), near.Origin));
        }

        string Unique(string name)
        {
            while (!taken.Add(name))
            {
                name += "_";
            }

            return name;
        }
    }

    private static HashSet<Node> Halves(Graph graph, TypeInference types, IReadOnlyList<StateBinding> state)
    {
        HashSet<string> replaced = [.. state.Select(s => s.Output)];
        HashSet<Node> forward = Ancestors(graph, graph.Outputs.Select(o => o.Name).Where(o => !replaced.Contains(o)));
        var halves = graph.Nodes.Where(n => s_products.Contains(n.OpType) && types.Types[n.Outputs[0]].Type == DType.Float).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        // The forward pass first: what it carries in half is what the backward pass finds in half.
        HashSet<string> carried = Between(forward.Contains, []);
        Between(n => !forward.Contains(n), carried);
        return halves;

        HashSet<string> Between(Func<Node, bool> isHere, HashSet<string> before)
        {
            HashSet<string> after = [.. before];
            foreach (Node node in graph.Nodes.Where(isHere))
            {
                if (halves.Contains(node) || (node.Domain.Length == 0 && s_between.Contains(node.OpType) && node.Inputs.Any(after.Contains)))
                {
                    after.UnionWith(node.Outputs.Where(o => o.Length > 0 && types.Types[o].Type == DType.Float));
                }
            }

            var read = new HashSet<string>(StringComparer.Ordinal);
            foreach (Node node in graph.Nodes.Where(isHere).Reverse())
            {
                if (halves.Contains(node) || (node.Domain.Length == 0 && s_between.Contains(node.OpType) && node.Outputs.Any(read.Contains) && node.Inputs.Any(after.Contains)))
                {
                    halves.Add(node);
                    read.UnionWith(node.Inputs);
                }
            }

            return [.. after.Where(v => before.Contains(v) || read.Contains(v))];
        }
    }

    private static HashSet<Node> Ancestors(Graph graph, IEnumerable<string> values)
    {
        HashSet<string> needed = [.. values];
        var found = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (Node node in graph.Nodes.Reverse().Where(n => n.Outputs.Any(needed.Contains)))
        {
            found.Add(node);
            needed.UnionWith(Captures.Reads(node));
        }

        return found;
    }

    private static HashSet<string> Names(string names) => names.Split(' ').ToHashSet(StringComparer.Ordinal);
}
