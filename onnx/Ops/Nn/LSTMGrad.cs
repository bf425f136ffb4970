using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of <see cref="LSTM"/>.</summary>
internal sealed class LSTMGrad() : RecurrentGrad(new LSTM(), null)
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "reverse");
            var body = new RecurrentBody(b);
            string states = body.Turned("states");
            string early = body.Times(states, 0, -1);
            string late = body.Times(states, 1, long.MaxValue);
            string before = body.Choose(late, early);
            string after = body.Choose(early, late);
            string[] last = [b.Op("Expand", "dY_h", body.State), b.Op("Expand", "dY_c", body.State)];
            string[] over = [b.Op("Expand", "dY", body.Y), body.Turned("gates"), before, after, body.Runs];
            string[] all = b.Scan(last, [.. over.Select(body.Returning)], (s, x) =>
            {
                string runs = x[6];
                string[] g = s.Ops("Split", 4, Attributes.Of(("axis", -1L), ("num_outputs", 4L)), x[3]);
                string previous = s.Ops("Split", 2, Attributes.Of(("axis", -1L), ("num_outputs", 2L)), x[4])[1];
                string c = s.Op("Tanh", s.Ops("Split", 2, Attributes.Of(("axis", -1L), ("num_outputs", 2L)), x[5])[1]);
                string dH = s.Op("Add", x[0], s.Op("Mul", x[2], runs));
                string dC = s.Op("Add", x[1], s.Op("Mul", s.Op("Mul", dH, g[1]), TanhSlope(s, c)));
                string dI = s.Op("Mul", s.Op("Mul", dC, g[3]), SigmoidSlope(s, g[0]));
                string dO = s.Op("Mul", s.Op("Mul", dH, c), SigmoidSlope(s, g[1]));
                string dF = s.Op("Mul", s.Op("Mul", dC, previous), SigmoidSlope(s, g[2]));
                string dCandidate = s.Op("Mul", s.Op("Mul", dC, g[0]), TanhSlope(s, g[3]));
                string dG = s.Op("Mul", s.Op("Concat", Attributes.Of(("axis", -1L)), dI, dO, dF, dCandidate), runs);
                string going = s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), runs);
                return [s.Op("Where", going, s.Op("MatMul", dG, "R"), x[0]), s.Op("Where", going, s.Op("Mul", dC, g[2]), x[1]), dG];
            });
            string dGates = body.Returning(all[2]);
            string h = b.Ops("Split", 2, Attributes.Of(("axis", -1L), ("num_outputs", 2L)), before)[0];
            body.ReturnWeights(dGates, dGates, body.Einsum("tdng,tdnh->dgh", dGates, h));
            b.Return("dinitial_h", all[0]);
            b.Return("dinitial_c", all[1]);
            return b.Build();
        }
    }

    protected override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout) => new LstmBackward<T>(spec, layout).ToKernel();
}
