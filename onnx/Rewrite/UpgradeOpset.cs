using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>
/// Says nodes of other versions of ONNX's ops as opset 18 says them: attributes that became inputs, defaults that changed, broadcasting that had to be asked for.
/// </summary>
/// <remarks>An op whose older versions mean the same needs no rule here: its schema's <c>From</c> says so.</remarks>
internal static class UpgradeOpset
{
    private static readonly (string[] Ops, int From, int Before, Func<NodeUpgrade, bool> Apply)[] s_rules =
    [
        (["Upsample"], 7, 10, static n => n.Has("scales") ? n.ToInput("scales", 1) && n.UpsampleToResize() : n.UpsampleToResize()),
        (["Resize"], 10, 11, static n => n.UpsampleToResize()),
        (["Resize"], 11, 18, static n => n.HalfPixelOfNearest()),
        (["Scatter"], 9, 11, static n => n.Rename("ScatterElements")),
        (["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less"], 1, 7, static n => n.BroadcastFromAxis()),
        (["Gemm"], 1, 7, static n => n.Drop("broadcast")),
        (["PRelu"], 1, 7, static n => n.AlongChannels(1)),
        (["BatchNormalization"], 1, 9, static n => n.DropIf("is_test", 1) && n.DropIf("spatial", 1)),
        (["BatchNormalization"], 9, 14, static n => n.Drop("momentum")),
        (["Cast"], 1, 6, static n => n.TypeFromText("to")),
        (["Clip"], 1, 11, static n => n.FloatToInput("min", 1) && n.FloatToInput("max", 2)),
        (["Concat"], 1, 4, static n => n.Default("axis", 1)),
        (["Dropout"], 1, 7, static n => n.DropIf("is_test", 1) && n.Drop("ratio")),
        (["Dropout"], 7, 12, static n => n.Drop("ratio")),
        (["Pad"], 1, 2, static n => n.Rename("paddings", "pads")),
        (["Pad"], 1, 11, static n => n.ToInput("pads", 1) && n.FloatToInput("value", 2)),
        (["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"], 1, 18, static n => n.ToInput("axes", 1)),
        (["ReduceSum"], 1, 13, static n => n.ToInput("axes", 1)),
        (["Reshape"], 1, 5, static n => n.ToInput("shape", 1)),
        (["Slice"], 1, 10, static n => n.ToInput("starts", 1) && n.ToInput("ends", 2) && n.ToInput("axes", 3)),
        (["Softmax", "LogSoftmax", "Hardmax"], 1, 13, static n => n.OverFlattened()),
        (["Split"], 1, 18, static n => n.ToInput("split", 1) && n.CountOutputs("num_outputs", 1)),
        (["Squeeze", "Unsqueeze"], 1, 13, static n => n.ToInput("axes", 1)),
        (["AveragePool"], 19, 22, static n => !n.Has("dilations") && n.IsLeftOut("ceil_mode", 0)),
        (["GroupNormalization"], 21, 22, static n => n.ScaleChannels()),
        (["TopK"], 1, 10, static n => n.NumberToInput("k", 1)),
    ];

    /// <summary>Upgrades a node of ONNX's own domain.</summary>
    /// <param name="node">The node.</param>
    /// <param name="version">The version of ONNX's domain that it is of.</param>
    /// <param name="ranks">The ranks of the values that are declared with one.</param>
    /// <returns>The nodes that take its place, the last of them of its name; null where it needs none, or where no rule can say it.</returns>
    public static IReadOnlyList<Node>? Apply(Node node, long version, IReadOnlyDictionary<string, int> ranks)
    {
        var upgrade = new NodeUpgrade(node, ranks);
        bool any = version < 6 && upgrade.Has("consumed_inputs") && upgrade.Drop("consumed_inputs");
        foreach ((string[] ops, int from, int before, Func<NodeUpgrade, bool> apply) in s_rules)
        {
            if (version >= from && version < before && ops.Contains(node.OpType))
            {
                Refuse(node);
                if (!apply(upgrade))
                {
                    return null;
                }

                any = true;
            }
        }

        return any ? upgrade.Nodes : null;
    }

    // Every op that has a rule reads its first input and gives its first output.
    private static void Refuse(Node node)
    {
        if (!node.HasInput(0) || !node.HasOutput(0))
        {
            throw AnnealException.BadData($"{node.Inputs.Length} inputs and {node.Outputs.Length} outputs, expected at least one of each").In(node);
        }
    }
}
