using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A recurrent op written out, one time after the other, in ops that have gradients: for what the op that keeps its gates does not know, as clip, peepholes and other activations.</summary>
internal sealed class RecurrentSteps
{
    private readonly GraphBuilder _g;
    private readonly DType _type;
    private readonly Recurrent _op;
    private readonly Value?[] _inputs;
    private readonly bool[] _reverse;
    private readonly int _times;
    private readonly int _hidden;
    private readonly double _clip;
    private readonly bool _couples;
    private readonly bool _resetsAfter;
    private readonly (string Name, float Alpha, float Beta)[] _functions;

    private RecurrentSteps(GradientScope s, Recurrent op, Value?[] inputs, bool[] reverse)
    {
        if (inputs[0]!.Shape[0] is not { IsKnown: true } times || inputs[2]!.Shape[2] is not { IsKnown: true } hidden)
        {
            throw s.Error($"the gradient of {op.Name} with clip, input_forget, peepholes or other activations needs a known number of times", "give the model's input a fixed length");
        }

        (_g, _op, _inputs, _reverse, _times, _hidden) = (s.Builder, op, inputs, reverse, times.Size, hidden.Size);
        _type = inputs[0]!.Type.Type;
        _clip = s.Attributes.Float("clip", 0);
        _couples = s.Attributes.Int("input_forget", 0) != 0;
        _resetsAfter = s.Attributes.Int("linear_before_reset", 0) != 0;
        _functions = [.. GateFunction<double>.Named(s.Attributes, op.Activations, reverse.Length)];
    }

    /// <summary>The gradients of the inputs of a node at layout 0.</summary>
    /// <param name="s">The node.</param>
    /// <param name="op">Its op.</param>
    /// <param name="inputs">X, W, R, and B, sequence_lens, initial states and P or null.</param>
    /// <param name="given">The gradients of Y, Y_h and Y_c, or null where none flows.</param>
    /// <param name="reverse">For each direction whether it goes backwards in time.</param>
    /// <returns>The gradients; null for those that are null and for sequence_lens.</returns>
    public static Value?[] Gradients(GradientScope s, Recurrent op, Value?[] inputs, Value?[] given, bool[] reverse)
    {
        int first = s.Builder.Nodes.Count;
        Value[] outputs = new RecurrentSteps(s, op, inputs, reverse).Outputs();
        Node[] nodes = [.. s.Builder.Nodes.Skip(first)];
        int[] wanted = [.. Enumerable.Range(0, inputs.Length).Where(i => i != 4 && inputs[i] is not null)];
        IEnumerable<(Value, Value)> seeds = outputs.Zip(given).Where(p => p.Second is not null).Select(p => (p.First, p.Second!));
        IReadOnlyList<Value?> found = ReverseMode.Run(s.Builder, nodes, seeds, [.. wanted.Select(i => inputs[i]!)]);
        return [.. inputs.Select((_, i) => Array.IndexOf(wanted, i) is >= 0 and var at ? found[at] : null)];
    }

    // Y [T, D, N, H] and the last states [D, N, H].
    private Value[] Outputs()
    {
        var ys = new List<Value>();
        var lasts = new List<Value>();
        var cells = new List<Value>();
        for (int d = 0; d < _reverse.Length; d++)
        {
            (Value y, Value h, Value? c) = Direction(d);
            ys.Add(_g.Unsqueeze(y, 1));
            lasts.Add(_g.Unsqueeze(h, 0));
            if (c is not null)
            {
                cells.Add(_g.Unsqueeze(c, 0));
            }
        }

        return [Joined(ys, 1), Joined(lasts, 0), .. cells.Count > 0 ? [Joined(cells, 0)] : Array.Empty<Value>()];
    }

    private (Value Y, Value H, Value? C) Direction(int d)
    {
        Value[] r = [.. Parts(Of(_inputs[2]!, d), _op.Gates).Select(part => _g.Transpose(part, 1, 0))];
        Value[]? biases = _inputs[3] is { } b ? Parts(Of(b, d), 2 * _op.Gates) : null;
        Value[]? peepholes = _inputs.Length > 7 && _inputs[7] is { } p ? Parts(Of(p, d), 3) : null;
        Value[] x = [.. Parts(Of(_inputs[1]!, d), _op.Gates).Select((part, gate) => Plus(_g.MatMul(_inputs[0]!, _g.Transpose(part, 1, 0)), biases?[gate]))];
        Value?[] recurrent = [.. Enumerable.Range(0, _op.Gates).Select(gate => biases?[_op.Gates + gate])];
        Value h = First(5, d);
        Value? c = _op is LSTM ? First(6, d) : null;
        var ys = new Value[_times];
        for (int i = 0; i < _times; i++)
        {
            int time = _reverse[d] ? _times - 1 - i : i;
            Value[] now = [.. x.Select(v => Of(v, time))];
            (Value nextH, Value? nextC) = _op switch
            {
                LSTM => Lstm(d, now, r, recurrent, peepholes, h, c!),
                GRU => (Gru(d, now, r, recurrent, h), null),
                _ => (Apply(d, 0, Sum(now[0], h, r[0], recurrent[0])), (Value?)null),
            };
            Value y = nextH;
            if (_inputs[4] is { } lengths)
            {
                Value runs = _g.Unsqueeze(_g.Greater(lengths, _g.Scalar(time, DType.Int32)), 1);
                y = _g.Where(runs, nextH, _g.Scalar(0, _type));
                nextH = _g.Where(runs, nextH, h);
                nextC = nextC is null ? null : _g.Where(runs, nextC, c!);
            }

            ys[time] = _g.Unsqueeze(y, 0);
            (h, c) = (nextH, nextC);
        }

        return (Joined(ys, 0), h, c);
    }

    private (Value H, Value C) Lstm(int d, Value[] x, Value[] r, Value?[] biases, Value[]? peepholes, Value h, Value c)
    {
        Value input = Apply(d, 0, Peek(Sum(x[0], h, r[0], biases[0]), peepholes?[0], c));
        Value forget = _couples ? _g.Sub(_g.Scalar(1, _type), input) : Apply(d, 0, Peek(Sum(x[2], h, r[2], biases[2]), peepholes?[2], c));
        Value candidate = Apply(d, 1, Sum(x[3], h, r[3], biases[3]));
        Value next = _g.Add(_g.Mul(forget, c), _g.Mul(input, candidate));
        Value output = Apply(d, 0, Peek(Sum(x[1], h, r[1], biases[1]), peepholes?[1], next));
        return (_g.Mul(output, Function(d, 2, next)), next);
    }

    private Value Gru(int d, Value[] x, Value[] r, Value?[] biases, Value h)
    {
        Value update = Apply(d, 0, Sum(x[0], h, r[0], biases[0]));
        Value reset = Apply(d, 0, Sum(x[1], h, r[1], biases[1]));
        Value sum = _resetsAfter ? _g.Add(x[2], _g.Mul(reset, Plus(_g.MatMul(h, r[2]), biases[2]))) : Sum(x[2], _g.Mul(reset, h), r[2], biases[2]);
        return _g.Add(_g.Mul(_g.Sub(_g.Scalar(1, _type), update), Apply(d, 1, sum)), _g.Mul(update, h));
    }

    private Value Sum(Value x, Value h, Value r, Value? bias) => Plus(_g.Add(x, _g.MatMul(h, r)), bias);

    private Value Peek(Value sum, Value? weights, Value c) => weights is null ? sum : _g.Add(sum, _g.Mul(weights, c));

    private Value Apply(int d, int function, Value x) =>
        Function(d, function, _clip > 0 ? _g.Node("Clip", [x, _g.Scalar(-_clip, _type), _g.Scalar(_clip, _type)]) : x);

    private Value Function(int d, int index, Value x)
    {
        (string name, float alpha, float beta) = _functions[(d * _op.Activations.Count) + index];
        return name switch
        {
            "Affine" => _g.Add(_g.Mul(x, alpha), _g.Scalar(beta, _type)),
            "ScaledTanh" => _g.Mul(_g.Node("Tanh", [_g.Mul(x, beta)]), alpha),
            "LeakyRelu" or "ThresholdedRelu" or "Elu" => _g.Node(name, [x], Attributes.Of(("alpha", alpha))),
            "HardSigmoid" => _g.Node(name, [x], Attributes.Of(("alpha", alpha), ("beta", beta))),
            _ => _g.Node(name, [x]),
        };
    }

    private Value First(int input, int d)
    {
        if (_inputs[input] is { } given)
        {
            return Of(given, d);
        }

        Value batch = _g.Node("Gather", [_g.ShapeOf(_inputs[0]!), _g.Longs(1)]);
        return _g.Node("Expand", [_g.Scalar(0, _type), _g.Node("Concat", [batch, _g.Longs(_hidden)], Attributes.Of(("axis", 0L)))]);
    }

    private Value Of(Value value, int index) => _g.Node("Gather", [value, _g.Scalar(index, DType.Int64)], Attributes.Of(("axis", 0L)));

    private Value[] Parts(Value value, int count) =>
        count == 1 ? [value] : _g.Node("Split", [value], count, Attributes.Of(("axis", 0L), ("num_outputs", (long)count)));

    private Value Plus(Value value, Value? bias) => bias is null ? value : _g.Add(value, bias);

    private Value Joined(IReadOnlyList<Value> values, long axis) => values.Count == 1 ? values[0] : _g.Node("Concat", [.. values], Attributes.Of(("axis", axis)));
}
