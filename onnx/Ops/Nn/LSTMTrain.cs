using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>LSTM that keeps its gates i, o, f, c, and its hidden and cell states, for its gradient.</summary>
internal sealed class LSTMTrain() : RecurrentTrain(new LSTM(), 4, null)
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "reverse");
            var body = new RecurrentBody(b);
            string bias = b.Op("ReduceSum", body.Biases(), b.Constant(Tensor.Vector(1L)));
            string given = b.Op("Add", body.Projected(), bias);
            string r = body.Across("R");
            string[] first = [b.Op("Expand", "initial_h", body.State), b.Op("Expand", "initial_c", body.State)];
            string[] all = b.Scan(first, [body.Ordered(given), body.Ordered(body.Runs)], (s, x) =>
            {
                string runs = x[3];
                string[] g = s.Ops("Split", 4, Attributes.Of(("axis", -1L), ("num_outputs", 4L)), s.Op("Add", x[2], s.Op("MatMul", x[0], r)));
                string i = s.Op("Sigmoid", g[0]);
                string o = s.Op("Sigmoid", g[1]);
                string f = s.Op("Sigmoid", g[2]);
                string candidate = s.Op("Tanh", g[3]);
                string c = s.Op("Add", s.Op("Mul", f, x[1]), s.Op("Mul", i, candidate));
                string h = s.Op("Mul", o, s.Op("Tanh", c));
                string going = s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), runs);
                string nextH = s.Op("Where", going, h, x[0]);
                string nextC = s.Op("Where", going, c, x[1]);
                string gates = s.Op("Mul", s.Op("Concat", Attributes.Of(("axis", -1L)), i, o, f, candidate), runs);
                return [nextH, nextC, s.Op("Mul", h, runs), gates, s.Op("Concat", Attributes.Of(("axis", -1L)), nextH, nextC)];
            });
            b.Return("Y", body.Ordered(all[2]));
            b.Return("Y_h", all[0]);
            b.Return("Y_c", all[1]);
            b.Return("gates", body.Turned(body.Ordered(all[3])));
            b.Return("states", body.WithFirst(body.Joined(-1, first), body.Ordered(all[4])));
            return b.Build();
        }
    }
}
