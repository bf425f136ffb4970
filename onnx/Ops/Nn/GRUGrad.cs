using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of <see cref="GRU"/>.</summary>
internal sealed class GRUGrad() : RecurrentGrad(new GRU(), "linear_before_reset")
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "linear_before_reset", "reverse");
            var body = new RecurrentBody(b);
            string resetsAfter = body.Flag("linear_before_reset");
            string states = body.Turned("states");
            string before = body.Choose(body.Times(states, 1, long.MaxValue), body.Times(states, 0, -1));
            string gates = body.Turned("gates");
            string[] r = GRUTrain.Three(b, "R", 1);
            string[] over = [b.Op("Expand", "dY", body.Y), gates, before, body.Runs];
            string[] all = b.Scan([b.Op("Expand", "dY_h", body.State)], [.. over.Select(body.Returning)], (s, x) =>
            {
                string runs = x[4];
                string[] g = s.Ops("Split", 4, Attributes.Of(("axis", -1L), ("num_outputs", 4L)), x[2]);
                string dH = s.Op("Add", x[0], s.Op("Mul", x[1], runs));
                string dUpdate = s.Op("Mul", s.Op("Mul", dH, s.Op("Sub", x[3], g[2])), SigmoidSlope(s, g[0]));
                string dCandidate = s.Op("Mul", s.Op("Mul", dH, s.Op("Sub", s.Like(1, dH), g[0])), TanhSlope(s, g[2]));
                string dMet = s.Op("MatMul", dCandidate, r[2]);
                string dReset = s.Op("Mul", s.Op("Where", resetsAfter, s.Op("Mul", dCandidate, g[3]), s.Op("Mul", dMet, x[3])), SigmoidSlope(s, g[1]));
                string dAfter = s.Op("Mul", dCandidate, g[1]);
                string way = s.Op("Where", resetsAfter, s.Op("MatMul", dAfter, r[2]), s.Op("Mul", dMet, g[1]));
                string gated = s.Op("Add", s.Op("MatMul", dUpdate, r[0]), s.Op("MatMul", dReset, r[1]));
                string dBefore = s.Op("Add", s.Op("Mul", dH, g[0]), s.Op("Add", way, gated));
                string next = s.Op("Where", s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), runs), dBefore, x[0]);
                string last = s.Op("Where", resetsAfter, dAfter, dCandidate);
                string dInput = s.Op("Concat", Attributes.Of(("axis", -1L)), dUpdate, dReset, dCandidate);
                string dRecurrent = s.Op("Concat", Attributes.Of(("axis", -1L)), dUpdate, dReset, last);
                return [next, s.Op("Mul", dInput, runs), s.Op("Mul", dRecurrent, runs)];
            });
            string dInput = body.Returning(all[1]);
            string dRecurrent = body.Returning(all[2]);
            string[] d = GRUTrain.Three(b, dRecurrent, -1);
            string met = b.Ops("Split", 4, Attributes.Of(("axis", -1L), ("num_outputs", 4L)), gates)[3];
            string[] dR = [.. d.Select((gate, i) => body.Einsum("tdng,tdnh->dgh", gate, i < 2 ? before : b.Op("Where", resetsAfter, before, met)))];
            body.ReturnWeights(dInput, dRecurrent, body.Joined(1, dR));
            b.Return("dinitial_h", all[0]);
            return b.Build();
        }
    }

    protected override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout) =>
        new GruBackward<T>(spec, layout, spec.Attributes.Int("linear_before_reset", 0) != 0).ToKernel();
}
