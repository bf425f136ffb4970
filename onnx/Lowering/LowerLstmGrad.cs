using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>The gradient of an LSTM of one direction over whole sequences of known length: all that does not go back through time is computed for all steps at once.</summary>
internal sealed class LowerLstmGrad : ILowering
{
    public string Op => "LSTMGrad";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        if (LstmShape.Of(node, types, x: 2, r: 4, lengths: 5) is not { } s)
        {
            return false;
        }

        var c = new LstmChain(chain, s);
        string x = node.Inputs[2];
        string one = chain.Number(1, x);
        string gates = c.First(node.Inputs[6]);
        string[] g = c.Parts(gates, s.Hidden, s.Hidden, s.Hidden, s.Hidden);
        string[] states = c.Parts(c.First(node.Inputs[7]), s.Hidden, s.Hidden);
        string[] hidden = Ends(states[0]);
        string[] cells = Ends(states[1]);
        string tanh = chain.Op("Tanh", cells[1]);
        string throughO = Times(tanh, SigmoidSlope(g[1]));
        string[] toCell = c.Steps(Times(g[1], TanhSlope(tanh)));
        string[] slopes = c.Steps(c.Beside(Times(g[3], SigmoidSlope(g[0])), throughO, Times(cells[0], SigmoidSlope(g[2])), Times(g[0], TanhSlope(g[3]))));
        string[] keeps = c.Steps(g[2]);
        string state = c.State(x);
        string[]? given = types.Types[node.Inputs[0]].Shape is { Rank: 0 } && types.Constants.GetValueOrDefault(node.Inputs[0]) is { } zero && !zero.Bytes.ContainsAnyExcept((byte)0)
            ? null
            : c.Steps(c.First(chain.Op("Transpose", Attributes.Of(("perm", new long[] { 1, 0, 2, 3 })), chain.Op("Expand", node.Inputs[0], AllSteps()))));
        string r = c.First(node.Inputs[4]);
        string dH = c.First(chain.Op("Expand", node.Inputs[1], state));
        string dC = c.First(chain.Op("Expand", node.Inputs[8], state));
        string[] all = new string[s.Steps];
        for (int t = s.Steps - 1; t >= 0; t--)
        {
            dH = given is null ? dH : chain.Op("Add", dH, given[t]);
            dC = chain.Op("Add", dC, Times(dH, toCell[t]));
            string dGates = Times(c.Beside(dC, dH, dC, dC), slopes[t]);
            all[t] = chain.Op("Unsqueeze", dGates, chain.Longs(0));
            dH = chain.Op("MatMul", dGates, r);
            dC = Times(dC, keeps[t]);
        }

        string d = chain.Op("Concat", Attributes.Of(("axis", 0L)), all);
        string flat = chain.Op("Reshape", d, chain.Longs(-1, 4L * s.Hidden));
        Give(0, () => chain.Op("MatMul", d, c.First(node.Inputs[3])));
        Give(1, () => Weights(chain.Op("Flatten", Attributes.Of(("axis", 2L)), x)));
        Give(2, () => Weights(chain.Op("Reshape", hidden[0], chain.Longs(-1, s.Hidden))));
        Give(3, () =>
        {
            string sum = chain.Reduce("ReduceSum", flat, 0);
            return chain.Op("Unsqueeze", c.Beside(sum, sum), chain.Longs(0));
        });
        Give(4, () => chain.Op("Unsqueeze", dH, chain.Longs(0)));
        Give(5, () => chain.Op("Unsqueeze", dC, chain.Longs(0)));
        return true;

        string Times(string a, string b) => chain.Op("Mul", a, b);

        string SigmoidSlope(string y) => Times(y, chain.Op("Sub", one, y));

        string TanhSlope(string y) => chain.Op("Sub", one, Times(y, y));

        // The values before all steps and after them.
        string[] Ends(string values) =>
        [
            chain.Op("Slice", values, chain.Longs(0), chain.Longs(s.Steps), chain.Longs(0)),
            chain.Op("Slice", values, chain.Longs(1), chain.Longs(s.Steps + 1), chain.Longs(0)),
        ];

        string AllSteps() => chain.Op("Concat", Attributes.Of(("axis", 0L)), chain.Longs(s.Steps), state);

        string Weights(string values) => chain.Op("Unsqueeze", chain.Op("Gemm", Attributes.Of(("transA", 1L)), flat, values), chain.Longs(0));

        void Give(int output, Func<string> value)
        {
            if (node.HasOutput(output))
            {
                chain.Name(value(), node.Outputs[output]);
            }
        }
    }
}
