using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of the weights of classes in a loss L = -w[label] · score[label] and its reductions.</summary>
internal static class ClassWeights
{
    /// <summary>dw[c] = Σ over the labels c of -scale · score[c]; of a mean, which divides by the sum of the weights, -scale · (score[c] + L).</summary>
    /// <param name="s">The loss, whose weights are input 2.</param>
    /// <param name="scores">What the loss picks from, with the classes in axis 1.</param>
    /// <param name="labels">The labels; any class where a row is ignored.</param>
    /// <param name="isIgnored">Where a row is ignored; null where none is.</param>
    /// <param name="scale">The loss's gradient, of a mean divided by the sum of the weights.</param>
    /// <param name="isMean">Whether the loss is a mean.</param>
    public static Value Gradient(GradientScope s, Value scores, Value labels, Value? isIgnored, Value scale, bool isMean)
    {
        GraphBuilder g = s.Builder;
        Value picked = g.Squeeze(g.Node("GatherElements", [scores, g.Unsqueeze(labels, 1)], Attributes.Of(("axis", 1L))), 1);
        Value part = g.Neg(g.Mul(scale, isMean ? g.Add(picked, s.Out()) : picked));
        part = isIgnored is null ? part : g.Where(isIgnored, g.Scalar(0, part.Type.Type), part);
        Attributes adding = Attributes.Of(("axis", 0L), ("reduction", "add"));
        return g.Node("ScatterElements", [g.ZerosLike(s.In(2)), g.Reshape(labels, -1), g.Reshape(part, -1)], adding);
    }
}
