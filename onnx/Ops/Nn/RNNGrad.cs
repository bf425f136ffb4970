using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of <see cref="RNN"/>.</summary>
internal sealed class RNNGrad() : RecurrentGrad(new RNN(), "relu")
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "relu", "reverse");
            var body = new RecurrentBody(b);
            string isRelu = body.Flag("relu");
            string states = body.Turned("states");
            string before = body.Choose(body.Times(states, 1, long.MaxValue), body.Times(states, 0, -1));
            string[] over = [b.Op("Expand", "dY", body.Y), body.Turned("gates"), body.Runs];
            string[] all = b.Scan([b.Op("Expand", "dY_h", body.State)], [.. over.Select(body.Returning)], (s, x) =>
            {
                string dH = s.Op("Add", x[0], s.Op("Mul", x[1], x[3]));
                string positive = s.Op("CastLike", s.Op("Greater", x[2], s.Like(0, x[2])), x[2]);
                string dG = s.Op("Mul", s.Op("Mul", dH, s.Op("Where", isRelu, positive, TanhSlope(s, x[2]))), x[3]);
                string going = s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), x[3]);
                return [s.Op("Where", going, s.Op("MatMul", dG, "R"), x[0]), dG];
            });
            string dGates = body.Returning(all[1]);
            body.ReturnWeights(dGates, dGates, body.Einsum("tdng,tdnh->dgh", dGates, before));
            b.Return("dinitial_h", all[0]);
            return b.Build();
        }
    }

    protected override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout) =>
        new RnnBackward<T>(spec, layout, spec.Attributes.Int("relu", 0) != 0).ToKernel();
}
