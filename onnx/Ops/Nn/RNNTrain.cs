using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>RNN with Tanh, or Relu where <c>relu</c> is 1, that keeps its states, among the gates as well, for its gradient.</summary>
internal sealed class RNNTrain() : RecurrentTrain(new RNN(), 1, "relu")
{
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, Inputs, Outputs, "relu", "reverse");
            var body = new RecurrentBody(b);
            string isRelu = body.Flag("relu");
            string bias = b.Op("ReduceSum", body.Biases(), b.Constant(Tensor.Vector(1L)));
            string r = body.Across("R");
            string first = b.Op("Expand", "initial_h", body.State);
            string[] all = b.Scan([first], [body.Ordered(b.Op("Add", body.Projected(), bias)), body.Ordered(body.Runs)], (s, x) =>
            {
                string sum = s.Op("Add", x[1], s.Op("MatMul", x[0], r));
                string h = s.Op("Where", isRelu, s.Op("Relu", sum), s.Op("Tanh", sum));
                string next = s.Op("Where", s.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), x[2]), h, x[0]);
                return [next, s.Op("Mul", h, x[2]), next];
            });
            string y = body.Ordered(all[1]);
            b.Return("Y", y);
            b.Return("Y_h", all[0]);
            b.Return("gates", body.Turned(y));
            b.Return("states", body.WithFirst(first, body.Ordered(all[2])));
            return b.Build();
        }
    }
}
