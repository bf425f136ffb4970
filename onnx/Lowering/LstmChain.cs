using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>What the written-out LSTM and its gradient share: values of a step are [N, width], of all steps [T, N, width].</summary>
internal sealed class LstmChain(NodeChain chain, LstmShape shape)
{
    /// <summary>What is behind a first dimension of 1.</summary>
    public string First(string value) => chain.Op("Squeeze", value, chain.Longs(0));

    /// <summary>The value of each step of time.</summary>
    public string[] Steps(string all) =>
        [.. chain.Ops("Split", shape.Steps, Attributes.Of(("axis", 0L)), all, chain.Longs([.. Enumerable.Repeat(1L, shape.Steps)])).Select(First)];

    /// <summary>The parts of the last dimension. Unequal ones are drawn each by itself: a Split into such cannot be captured.</summary>
    public string[] Parts(string value, params long[] widths)
    {
        if (widths.All(w => w == widths[0]))
        {
            return chain.Ops("Split", widths.Length, Attributes.Of(("axis", -1L)), value, chain.Longs(widths));
        }

        long end = 0;
        return [.. widths.Select(w => chain.Op("Slice", value, chain.Longs(end), chain.Longs(end += w), chain.Longs(-1)))];
    }

    /// <summary>Values side by side in the last dimension.</summary>
    public string Beside(params string[] values) => chain.Op("Concat", Attributes.Of(("axis", -1L)), values);

    /// <summary>The values of steps as one, [T, N, width] with a dimension of 1 for the direction at an axis.</summary>
    public string Stacked(IReadOnlyList<string> steps, long axis) =>
        chain.Op("Unsqueeze", chain.Op("Concat", Attributes.Of(("axis", 0L)), [.. steps.Select(s => chain.Op("Unsqueeze", s, chain.Longs(0)))]), chain.Longs(axis));

    /// <summary>The shape of a state, [1, N, H].</summary>
    public string State(string x) => chain.Op(
        "Concat", Attributes.Of(("axis", 0L)), chain.Longs(1), chain.Op("Shape", Attributes.Of(("start", 1L), ("end", 2L)), x), chain.Longs(shape.Hidden));
}
