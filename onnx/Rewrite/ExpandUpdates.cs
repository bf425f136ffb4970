using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Says the update rules of <c>ai.onnx.preview.training</c>, Adam, Adagrad and Momentum, in standard ops, one chain for each tensor that they update.</summary>
/// <remarks>The inputs are the rate R, the count of updates T, then the tensors, their gradients and one or two kinds of state, each as many as there are tensors.</remarks>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/Operators.md#aionnxpreviewtraining">ONNX operators, ai.onnx.preview.training</seealso>
internal static class ExpandUpdates
{
    /// <summary>The domain.</summary>
    public const string Domain = "ai.onnx.preview.training";

    private static readonly Dictionary<string, (int States, Func<NodeChain, string[], string[]> Update)> s_rules = new(StringComparer.Ordinal)
    {
        ["Adam"] = (2, Adam),
        ["Adagrad"] = (1, Adagrad),
        ["Momentum"] = (1, Momentum),
    };

    /// <summary>Whether a node asks for a gradient, which only what knows how to differentiate can expand.</summary>
    public static bool IsGradient(Node node) => node is { Domain: Domain, OpType: "Gradient" };

    /// <summary>Expands a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The nodes that take its place; null where it is no update rule.</returns>
    /// <exception cref="AnnealException">The numbers of inputs and outputs do not fit together.</exception>
    public static IReadOnlyList<Node>? Apply(Node node)
    {
        if (node.Domain != Domain || !s_rules.TryGetValue(node.OpType, out (int States, Func<NodeChain, string[], string[]> Update) rule))
        {
            return null;
        }

        int kinds = 2 + rule.States;
        int tensors = (node.Inputs.Length - 2) / kinds;
        if (tensors < 1 || node.Inputs.Length != 2 + (tensors * kinds) || node.Outputs.Length != tensors * (1 + rule.States))
        {
            throw AnnealException.BadData(
                $"{node.Inputs.Length} inputs and {node.Outputs.Length} outputs, expected R, T, {kinds} tensors and {1 + rule.States} outputs for each tensor that is updated").In(node);
        }

        var chain = new NodeChain(node);
        for (int i = 0; i < tensors; i++)
        {
            string[] results = rule.Update(chain, [node.Inputs[0], node.Inputs[1], .. Enumerable.Range(0, kinds).Select(k => node.Inputs[2 + (k * tensors) + i])]);
            for (int k = 0; k < results.Length; k++)
            {
                chain.Name(results[k], node.Outputs[(k * tensors) + i]);
            }
        }

        return chain.Nodes;
    }

    // R' = R·√(1 - βᵗ) / (1 - αᵗ) for t > 0, else R; X' = X - R'·V' / (√H' + ε), then · (1 - norm_coefficient_post).
    private static string[] Adam(NodeChain c, string[] inputs)
    {
        (string r, string t, string x, string dX, string v, string h) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]);
        (string alpha, string beta) = (c.Scalar("alpha", 0.9f, x), c.Scalar("beta", 0.999f, x));
        string one = c.Number(1, x);
        string g = c.Op("Add", c.Op("Mul", c.Scalar("norm_coefficient", 0, x), x), dX);
        string v2 = c.Op("Add", c.Op("Mul", alpha, v), c.Op("Mul", c.Op("Sub", one, alpha), g));
        string h2 = c.Op("Add", c.Op("Mul", beta, h), c.Op("Mul", c.Op("Sub", one, beta), c.Op("Mul", g, g)));
        string step = c.Op("CastLike", t, x);
        string corrected = c.Op("Div", c.Op("Mul", r, c.Op("Sqrt", c.Op("Sub", one, c.Op("Pow", beta, step)))), c.Op("Sub", one, c.Op("Pow", alpha, step)));
        string rate = c.Op("Where", c.Op("Greater", step, c.Number(0, x)), corrected, r);
        string moved = c.Op("Sub", x, c.Op("Mul", rate, c.Op("Div", v2, c.Op("Add", c.Op("Sqrt", h2), c.Scalar("epsilon", 1e-6f, x)))));
        return [c.Op("Mul", c.Op("Sub", one, c.Scalar("norm_coefficient_post", 0, x)), moved), v2, h2];
    }

    // r = R / (1 + T·decay_factor); X' = X - r·G / (√H' + ε).
    private static string[] Adagrad(NodeChain c, string[] inputs)
    {
        (string r, string t, string x, string dX, string h) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
        string rate = c.Op("Div", r, c.Op("Add", c.Number(1, x), c.Op("Mul", c.Op("CastLike", t, x), c.Scalar("decay_factor", 0, x))));
        string g = c.Op("Add", c.Op("Mul", c.Scalar("norm_coefficient", 0, x), x), dX);
        string h2 = c.Op("Add", h, c.Op("Mul", g, g));
        return [c.Op("Sub", x, c.Op("Div", c.Op("Mul", rate, g), c.Op("Add", c.Op("Sqrt", h2), c.Scalar("epsilon", 1e-6f, x)))), h2];
    }

    // V' = α·V + b·G with b = β for T > 0, else 1; X' = X - R·V', or with Nesterov X - R·(G + α·V').
    private static string[] Momentum(NodeChain c, string[] inputs)
    {
        (string r, string t, string x, string dX, string v) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
        string alpha = c.Scalar("alpha", null, x);
        string g = c.Op("Add", c.Op("Mul", c.Scalar("norm_coefficient", null, x), x), dX);
        string share = c.Op("Where", c.Op("Greater", c.Op("CastLike", t, x), c.Number(0, x)), c.Scalar("beta", null, x), c.Number(1, x));
        string v2 = c.Op("Add", c.Op("Mul", alpha, v), c.Op("Mul", share, g));
        string direction = c.Owner.Attributes.String("mode", "") switch
        {
            "standard" => v2,
            "nesterov" => c.Op("Add", g, c.Op("Mul", alpha, v2)),
            string other => throw AnnealException.BadData($"mode is '{other}', expected 'standard' or 'nesterov'").In(c.Owner),
        };
        return [c.Op("Sub", x, c.Op("Mul", r, direction)), v2];
    }
}
