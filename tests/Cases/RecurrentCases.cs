using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class RecurrentCases : IOpCases
{
    private static readonly (string Op, int Gates, int Parts, string? Own)[] s_ops =
        [("GRU", 3, 4, "linear_before_reset"), ("LSTM", 4, 4, null), ("RNN", 1, 1, "relu")];

    public IEnumerable<OpCase> Cases => [.. Standard, .. Options, .. Kept];

    private static IEnumerable<OpCase> Standard =>
        from op in s_ops
        from size in new (int Steps, int Batch, int Inputs, int Hidden)[] { (3, 2, 2, 3), (1, 1, 1, 1), (4, 3, 1, 16), (2, 1, 3, 2), (7, 70, 5, 17), (40, 1, 2, 4) }
        from direction in new[] { "forward", "reverse", "bidirectional" }
        from layout in new[] { 0L, 1 }
        where layout == 0 || size.Steps < 5
        from own in op.Op == "GRU" ? new long[] { 0, 1 } : [0]
        let isSmall = size.Batch * size.Hidden * size.Steps < 30
        from isFull in isSmall ? new[] { true, false } : [true]
        select Case(op.Op, op.Gates, size, direction, layout, isFull) with
        {
            Attributes = Common(direction, layout, ("hidden_size", (long)size.Hidden), ("linear_before_reset", own == 1 ? 1L : null)),
            Differentiable = !isSmall ? [] : !isFull ? [0, 1, 2] : op.Op == "LSTM" ? [0, 1, 2, 3, 5, 6] : [0, 1, 2, 3, 5],
        };

    private static IEnumerable<OpCase> Options
    {
        get
        {
            (int, int, int, int) size = (3, 2, 2, 3);
            foreach ((string op, int gates, _, _) in s_ops)
            {
                OpCase c = Case(op, gates, size, "bidirectional", 0, true);
                int count = op == "LSTM" ? 6 : op == "GRU" ? 4 : 2;
                c = c with { Differentiable = op == "LSTM" ? [0, 1, 2, 3, 5, 6] : [0, 1, 2, 3, 5] };
                yield return c with { Attributes = Common("bidirectional", 0, ("hidden_size", 3L), ("clip", 0.3f)), Label = "clip" };
                yield return Case(op, gates, size, "reverse", 1, false) with { Attributes = Common("reverse", 1, ("hidden_size", 3L), ("clip", 0.3f)), Differentiable = [0, 1, 2], Label = "clip" };
                foreach (string function in new[] { "Affine", "Relu", "LeakyRelu", "ThresholdedRelu", "Tanh", "ScaledTanh", "Sigmoid", "HardSigmoid", "Elu", "Softsign", "Softplus" })
                {
                    AttributeValue names = new AttributeValue.Strings([.. Enumerable.Repeat(function, count)]);
                    AttributeValue alphas = new AttributeValue.Floats([.. Enumerable.Range(0, count).Select(i => 0.3f + (0.1f * i))]);
                    AttributeValue betas = new AttributeValue.Floats([.. Enumerable.Range(0, count).Select(i => 0.5f + (0.1f * i))]);
                    yield return c with
                    {
                        Attributes = Common("bidirectional", 0, ("hidden_size", 3L), ("activations", names), ("activation_alpha", alphas), ("activation_beta", betas)),
                        Label = function,
                    };
                }
            }

            yield return Case("RNN", 1, size, "bidirectional", 0, true) with
            {
                Attributes = Common("bidirectional", 0, ("hidden_size", 3L), ("activations", new AttributeValue.Strings(["Relu", "Relu"]))),
                Differentiable = [0, 1, 2, 3, 5],
                Label = "gradient of Relu",
            };
            OpCase gru = Case("GRU", 3, size, "bidirectional", 0, true) with { Differentiable = [0, 1, 2, 3, 5] };
            yield return gru with { Attributes = Common("bidirectional", 0, ("hidden_size", 3L), ("linear_before_reset", 1L), ("clip", 0.3f)), Label = "reset after the product, and clip" };
            OpCase lstm = Case("LSTM", 4, size, "bidirectional", 0, true) with { Differentiable = [0, 1, 2, 3, 5, 6] };
            yield return lstm with { Attributes = Common("bidirectional", 0, ("hidden_size", 3L), ("input_forget", 1L)), Label = "coupled" };
            yield return lstm with
            {
                Inputs = [.. lstm.Inputs, Sample.Real([2, 9], -1, 1, 8)],
                Attributes = Common("bidirectional", 0, ("hidden_size", 3L)),
                Differentiable = [.. lstm.Differentiable, 7],
                Label = "peepholes",
            };
        }
    }

    private static IEnumerable<OpCase> Kept
    {
        get
        {
            foreach ((string op, int gates, int parts, string? own) in s_ops)
            {
                bool hasCell = op == "LSTM";
                foreach ((int Steps, int Batch, int Inputs, int Hidden) size in new[] { (3, 2, 2, 3), (4, 1, 1, 16), (5, 70, 3, 17) })
                {
                    foreach (string direction in new[] { "forward", "reverse", "bidirectional" })
                    {
                        foreach (long flag in own is null ? new[] { 0L } : [0, 1])
                        {
                            foreach (bool isFull in new[] { true, false })
                            {
                                foreach (OpCase c in Ours(op, gates, parts, size, direction, isFull))
                                {
                                    Attributes reverse = Attributes.Of(("reverse", direction switch { "forward" => [0L], "reverse" => [1], _ => new long[] { 0, 1 } }));
                                    yield return c with { Attributes = own is null ? reverse : reverse.With(own, flag), Label = direction };
                                }
                            }
                        }
                    }
                }
            }

            IEnumerable<OpCase> Ours(string op, int gates, int parts, (int Steps, int Batch, int Inputs, int Hidden) size, string direction, bool isFull)
            {
                bool hasCell = op == "LSTM";
                (int steps, int batch, int inputs, int hidden) = size;
                Tensor?[] given = Case(op, gates, size, direction, 0, true).Inputs;
                int d = direction == "bidirectional" ? 2 : 1;
                Tensor zero = Sample.Scalar(isFull ? 0 : 0.25);
                Tensor lengths = isFull ? given[4]! : Tensor.Scalar(steps);
                bool isSmall = steps * batch * hidden < 20;
                yield return new OpCase(op + "Train", isFull ? given : [given[0], given[1], given[2], zero, lengths, zero, .. hasCell ? [zero] : Array.Empty<Tensor>()])
                {
                    Domain = Model.AnnealDomain,
                    Outputs = hasCell ? 5 : 4,
                    Detached = hasCell ? [3, 4] : [2, 3],
                    Differentiable = !isSmall ? [] : !isFull ? [0, 1, 2] : hasCell ? [0, 1, 2, 3, 5, 6] : [0, 1, 2, 3, 5],
                    Tolerance = 2e-5,
                };
                Tensor y = isFull ? Sample.Real([steps, d, batch, hidden], salt: 11) : zero;
                Tensor last = isFull ? Sample.Real([d, batch, hidden], salt: 12) : zero;
                Tensor states = Sample.Real([d, steps + 1, batch, hidden * (hasCell ? 2 : 1)], -1, 1, 14);
                Tensor gateValues = Sample.Real([d, steps, batch, parts * hidden], 0.1, 0.9, 13);
                Tensor[] operands = [y, last, given[0]!, given[1]!, given[2]!, lengths, gateValues, states];
                yield return new OpCase(op + "Grad", hasCell ? [.. operands, last] : operands)
                {
                    Domain = Model.AnnealDomain,
                    Outputs = hasCell ? 6 : 5,
                    Tolerance = 1e-4,
                };
            }
        }
    }

    private static Attributes Common(string direction, long layout, params (string Name, AttributeValue? Value)[] more) =>
        Attributes.Of([("direction", direction), ("layout", layout == 0 ? null : layout), .. more]);

    private static OpCase Case(string op, int gates, (int Steps, int Batch, int Inputs, int Hidden) size, string direction, long layout, bool isFull)
    {
        (int steps, int batch, int inputs, int hidden) = size;
        int d = direction == "bidirectional" ? 2 : 1;
        double scale = 1.5 / Math.Sqrt(hidden);
        int[] state = layout == 0 ? [d, batch, hidden] : [batch, d, hidden];
        Tensor lengths = Tensor.Vector<int>([.. Enumerable.Range(0, batch).Select(n => n == 0 ? steps : (n * 5 % steps) + 1)]);
        Tensor?[] inputsOf =
        [
            Sample.Real(layout == 0 ? [steps, batch, inputs] : [batch, steps, inputs], -1, 1),
            Sample.Real([d, gates * hidden, inputs], -1, 1, 1),
            Sample.Real([d, gates * hidden, hidden], -scale, scale, 2),
        ];
        Tensor?[] optional = isFull ? [Sample.Real([d, 2 * gates * hidden], -1, 1, 3), lengths, Sample.Real(state, -1, 1, 4)] : [];
        return new OpCase(op, [.. inputsOf, .. optional, .. isFull && op == "LSTM" ? [Sample.Real(state, -1, 1, 5)] : Array.Empty<Tensor>()])
        {
            Outputs = op == "LSTM" ? 3 : 2,
            Tolerance = 2e-5,
            NotInOrt = layout == 1 ? "layout 1 is refused" : null,
            Label = isFull ? "full" : "",
        };
    }
}
