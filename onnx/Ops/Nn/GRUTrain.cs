using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>GRU that keeps its gates z, r, n, and what r meets (H·Rₙ + b, or r·H where linear_before_reset is 0), and its states, for its gradient.</summary>
internal sealed class GRUTrain() : RecurrentTrain(new GRU(), 4, "linear_before_reset")
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "linear_before_reset", "reverse");
            var body = new RecurrentBody(b);
            string resetsAfter = body.Flag("linear_before_reset");
            string biases = body.Biases();
            string one = b.Constant(Tensor.Vector(1L));
            string[] own = Three(b, b.Op("Gather", Attributes.Of(("axis", 1L)), biases, b.Constant(Tensor.Vector(0L))), -1);
            string[] recurrent = Three(b, b.Op("Gather", Attributes.Of(("axis", 1L)), biases, one), -1);
            string added = b.Op("Where", resetsAfter, own[2], b.Op("Add", own[2], recurrent[2]));
            string bias = body.Joined(-1, b.Op("Add", own[0], recurrent[0]), b.Op("Add", own[1], recurrent[1]), added);
            string[] r = Three(b, body.Across("R"), -1);
            string first = b.Op("Expand", "initial_h", body.State);
            string[] all = b.Scan([first], [body.Ordered(b.Op("Add", body.Projected(), bias)), body.Ordered(body.Runs)], (s, x) =>
            {
                string h = x[0];
                string runs = x[2];
                string[] g = Three(s, x[1], -1);
                string update = s.Op("Sigmoid", s.Op("Add", g[0], s.Op("MatMul", h, r[0])));
                string reset = s.Op("Sigmoid", s.Op("Add", g[1], s.Op("MatMul", h, r[1])));
                string after = s.Op("Add", s.Op("MatMul", h, r[2]), recurrent[2]);
                string before = s.Op("Mul", reset, h);
                string met = s.Op("Where", resetsAfter, s.Op("Mul", reset, after), s.Op("MatMul", before, r[2]));
                string candidate = s.Op("Tanh", s.Op("Add", g[2], met));
                string moved = s.Op("Add", candidate, s.Op("Mul", update, s.Op("Sub", h, candidate)));
                string next = s.Op("Where", s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), runs), moved, h);
                string kept = s.Op("Concat", Attributes.Of(("axis", -1L)), update, reset, candidate, s.Op("Where", resetsAfter, after, before));
                return [next, s.Op("Mul", moved, runs), s.Op("Mul", kept, runs), next];
            });
            b.Return("Y", body.Ordered(all[1]));
            b.Return("Y_h", all[0]);
            b.Return("gates", body.Turned(body.Ordered(all[2])));
            b.Return("states", body.WithFirst(first, body.Ordered(all[3])));
            return b.Build();
        }
    }

    internal static string[] Three(BodyBuilder b, string x, long axis) => b.Ops("Split", 3, Attributes.Of(("axis", axis), ("num_outputs", 3L)), x);
}
