using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Says a model of opset 18 as another opset says it, with the IR version that goes with it: what <see cref="UpgradeOpset"/> undoes when the file is read.</summary>
/// <remarks>The result is for a file: where ops have another form its graph does not pass our checker, which knows opset 18.</remarks>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/Versioning.md">ONNX versioning: opsets and IR versions</seealso>
public static class ConvertOpset
{
    /// <summary>The oldest opset that can be written.</summary>
    public const int Oldest = 17;

    /// <summary>The newest opset that can be written.</summary>
    public const int Newest = 21;

    private static readonly string[] s_reductions =
        ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"];

    // Each rule is for the opsets from one to another; it gives nothing where the node cannot be said there.
    private static readonly (string[] Ops, int From, int Until, Func<Site, IReadOnlyList<Node>?> Apply)[] s_rules =
    [
        (s_reductions, Oldest, 17, static s => s.AxesToAttribute()),
        (["Split"], Oldest, 17, static s => s.CountToSizes()),
        (["Pad"], Oldest, 17, static s => s.Node.HasInput(3) ? null : [s.Node]),
        (["Resize"], Oldest, 17, static s => s.Without("antialias", "axes", "keep_aspect_ratio_policy")),
        (["ScatterElements", "ScatterND"], Oldest, 17, static s => s.Node.Attributes.String("reduction", "none") is "min" or "max" ? null : [s.Node]),
        (["Mish"], Oldest, 17, static s => s.Mish()),
        (["AveragePool"], 19, Newest, static s => s.Node.Attributes.Int("ceil_mode", 0) == 0 ? [s.Node] : null),
        (["GroupNormalization"], 21, Newest, static s => s.GroupsToChannels()),
    ];

    /// <summary>Converts a model.</summary>
    /// <param name="model">A model of <see cref="Model.DefaultOpset"/> without functions.</param>
    /// <param name="opset">The opset of ONNX's own domain, from <see cref="Oldest"/> to <see cref="Newest"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="AnnealException">Nodes cannot be said in that opset; they are all named.</exception>
    public static Model Apply(Model model, int opset)
    {
        if (opset == Model.DefaultOpset)
        {
            return model;
        }

        TypeInference known = TypeInference.Of(model.Graph);
        var initializers = model.Graph.Initializers.ToBuilder();
        var nodes = new List<Node>();
        var lost = new List<string>();
        foreach (Node node in model.Graph.Nodes)
        {
            IReadOnlyList<Node>? converted = Convert(new Site(node, known, initializers), opset);
            nodes.AddRange(converted ?? [node]);
            if (converted is null)
            {
                lost.Add($"node '{node.Name}' ({node.OpType})");
            }
        }

        if (lost.Count > 0)
        {
            throw AnnealException.BadUsage(FormattableString.Invariant($"opset {opset} has no form of {string.Join(", ", lost)}"), "export opset 18");
        }

        Graph graph = model.Graph with { Nodes = [.. nodes], Initializers = initializers.ToImmutable() };
        return model with { Graph = DeadNodes.Apply(graph), Opsets = model.Opsets.SetItem("", opset), IrVersion = IrVersionOf(opset) };
    }

    private static long IrVersionOf(int opset) => opset switch
    {
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };

    private static IReadOnlyList<Node>? Convert(Site site, int opset)
    {
        Node node = site.Node;
        if (node.Domain.Length > 0)
        {
            return [node];
        }

        foreach ((string[] ops, int from, int until, Func<Site, IReadOnlyList<Node>?> apply) in s_rules)
        {
            if (opset >= from && opset <= until && ops.Contains(node.OpType))
            {
                return apply(site);
            }
        }

        OpSchema schema = OpTable.Get(node).Schema;
        return opset >= schema.From && opset <= schema.Until ? [node] : null;
    }

    /// <summary>One node on its way to another opset.</summary>
    private sealed class Site(Node node, TypeInference known, ImmutableSortedDictionary<string, Tensor>.Builder initializers)
    {
        public Node Node => node;

        public IReadOnlyList<Node>? AxesToAttribute()
        {
            bool isNoop = node.Attributes.Int("noop_with_empty_axes", 0) != 0;
            Node plain = node with { Inputs = [node.Inputs[0]], Attributes = node.Attributes.Without("noop_with_empty_axes") };
            if (!node.HasInput(1))
            {
                return isNoop ? null : [plain];
            }

            return known.Constants.GetValueOrDefault(node.Inputs[1]) is { Type: DType.Int64 } axes && (axes.Length > 0 || !isNoop)
                ? [axes.Length == 0 ? plain : plain with { Attributes = plain.Attributes.With("axes", axes.Span<long>().ToArray()) }]
                : null;
        }

        public IReadOnlyList<Node>? CountToSizes()
        {
            if (node.Attributes.Find("num_outputs") is null)
            {
                return [node];
            }

            long axis = node.Attributes.Int("axis", 0);
            if (known.Types[node.Inputs[0]].Shape is not { } shape || shape[(int)axis] is not { IsKnown: true, Size: int size })
            {
                return null;
            }

            int parts = node.Outputs.Length;
            long part = (size + parts - 1) / parts;
            string sizes = $"{node.Name}/split";
            initializers[sizes] = Tensor.Vector<long>([.. Enumerable.Range(0, parts).Select(i => Math.Clamp(size - (i * part), 0, part))]);
            return [node with { Inputs = [node.Inputs[0], sizes], Attributes = node.Attributes.Without("num_outputs") }];
        }

        public IReadOnlyList<Node>? Without(params string[] attributes) => attributes.Any(a => node.Attributes.Find(a) is AttributeValue.Int { Value: not 0 } or AttributeValue.Ints or AttributeValue.String { Value: not "stretch" })
            ? null
            : [node with { Attributes = attributes.Aggregate(node.Attributes, (all, a) => all.Without(a)) }];

        public IReadOnlyList<Node> Mish()
        {
            string x = node.Inputs[0];
            string softplus = $"{node.Name}/softplus";
            string tanh = $"{node.Name}/tanh";
            return
            [
                node with { Name = softplus, OpType = "Softplus", Outputs = [softplus] },
                node with { Name = tanh, OpType = "Tanh", Inputs = [softplus], Outputs = [tanh] },
                node with { OpType = "Mul", Inputs = [x, tanh] },
            ];
        }

        // From opset 21 on, scale and bias have an element for each channel.
        public IReadOnlyList<Node>? GroupsToChannels()
        {
            if (known.Types[node.Inputs[0]].Shape is not { Rank: >= 2 } shape || shape[1] is not { IsKnown: true, Size: int channels })
            {
                return null;
            }

            string[] wide = new string[2];
            for (int i = 0; i < wide.Length; i++)
            {
                if (known.Constants.GetValueOrDefault(node.Inputs[i + 1]) is not { Type: DType.Float, Length: > 0 } given)
                {
                    return null;
                }

                float[] groups = given.Span<float>().ToArray();
                wide[i] = $"{node.Name}/{(i == 0 ? "scale" : "bias")}";
                initializers[wide[i]] = Tensor.Vector<float>([.. Enumerable.Range(0, channels).Select(c => groups[(int)((long)c * groups.Length / channels)])]);
            }

            return [node with { Inputs = [node.Inputs[0], .. wide] }];
        }
    }
}
