using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Standard ops as methods, so that a gradient rule or a model reads like its formula.</summary>
public static class GraphOps
{
    /// <summary>a + b.</summary>
    public static Value Add(this GraphBuilder g, Value a, Value b) => g.Node("Add", [a, b]);

    /// <summary>a - b.</summary>
    public static Value Sub(this GraphBuilder g, Value a, Value b) => g.Node("Sub", [a, b]);

    /// <summary>a · b.</summary>
    public static Value Mul(this GraphBuilder g, Value a, Value b) => g.Node("Mul", [a, b]);

    /// <summary>a · b, with a constant of a's type.</summary>
    public static Value Mul(this GraphBuilder g, Value a, double b) => g.Mul(a, g.Scalar(b, a.Type.Type));

    /// <summary>a / b.</summary>
    public static Value Div(this GraphBuilder g, Value a, Value b) => g.Node("Div", [a, b]);

    /// <summary>-a.</summary>
    public static Value Neg(this GraphBuilder g, Value a) => g.Node("Neg", [a]);

    /// <summary>Element-wise exponential.</summary>
    public static Value Exp(this GraphBuilder g, Value a) => g.Node("Exp", [a]);

    /// <summary>Element-wise natural logarithm.</summary>
    public static Value Log(this GraphBuilder g, Value a) => g.Node("Log", [a]);

    /// <summary>a to the power b.</summary>
    public static Value Pow(this GraphBuilder g, Value a, Value b) => g.Node("Pow", [a, b]);

    /// <summary>a where the condition holds, b elsewhere.</summary>
    public static Value Where(this GraphBuilder g, Value condition, Value a, Value b) => g.Node("Where", [condition, a, b]);

    /// <summary>a &gt; b.</summary>
    public static Value Greater(this GraphBuilder g, Value a, Value b) => g.Node("Greater", [a, b]);

    /// <summary>a = b.</summary>
    public static Value Equal(this GraphBuilder g, Value a, Value b) => g.Node("Equal", [a, b]);

    /// <summary>Conversion of the element type; none when it is the same already.</summary>
    public static Value Cast(this GraphBuilder g, Value a, DType type) =>
        a.Type.Type == type ? a : g.Node("Cast", [a], Attributes.Of(("to", (long)type)));

    /// <summary>General matrix product α·A'B' + β·C.</summary>
    public static Value Gemm(this GraphBuilder g, Value a, Value b, Value? c = null, bool transA = false, bool transB = false, float alpha = 1, float beta = 1) =>
        g.Node("Gemm", c is null ? [a, b] : [a, b, c], Attributes.Of(
            ("alpha", alpha == 1 ? null : alpha),
            ("beta", beta == 1 || c is null ? null : beta),
            ("transA", transA ? 1L : null),
            ("transB", transB ? 1L : null)));

    /// <summary>Matrix product, batched over leading dimensions.</summary>
    public static Value MatMul(this GraphBuilder g, Value a, Value b) => g.Node("MatMul", [a, b]);

    /// <summary>Permutation of the dimensions.</summary>
    public static Value Transpose(this GraphBuilder g, Value a, params long[] perm) => g.Node("Transpose", [a], Attributes.Of(("perm", perm)));

    /// <summary>Sum over axes; all of them when none are named.</summary>
    public static Value ReduceSum(this GraphBuilder g, Value a, bool keepDims, params long[] axes) => g.Reduce("ReduceSum", a, keepDims, axes);

    /// <summary>A reduction over axes; all of them when none are named.</summary>
    public static Value Reduce(this GraphBuilder g, string op, Value a, bool keepDims, params long[] axes) =>
        g.Node(op, axes.Length == 0 ? [a] : [a, g.Longs(axes)], Attributes.Of(("keepdims", keepDims ? 1L : 0L)));

    /// <summary>Removal of dimensions of size 1.</summary>
    public static Value Squeeze(this GraphBuilder g, Value a, params long[] axes) => g.Node("Squeeze", [a, g.Longs(axes)]);

    /// <summary>Insertion of dimensions of size 1.</summary>
    public static Value Unsqueeze(this GraphBuilder g, Value a, params long[] axes) => g.Node("Unsqueeze", [a, g.Longs(axes)]);

    /// <summary>The same elements under the shape of another value, known or not.</summary>
    public static Value ReshapeLike(this GraphBuilder g, Value a, Value like) =>
        like.Type.Shape is { } shape && shape.Dims.Count(d => !d.IsKnown) == 1 && shape.Dims.All(d => d.Size != 0)
            ? g.Reshape(a, [.. shape.Dims.Select(d => (long)d.Size)])
            : g.Reshape(a, g.ShapeOf(like));

    /// <summary>The same elements under another shape: 0 keeps a size, -1 is inferred.</summary>
    public static Value Reshape(this GraphBuilder g, Value a, params long[] shape) => g.Node("Reshape", [a, g.Longs(shape)]);

    /// <summary>The same elements under a shape that another value holds, in which 0 is a size.</summary>
    public static Value Reshape(this GraphBuilder g, Value a, Value shape) => g.Node("Reshape", [a, shape], Attributes.Of(("allowzero", 1L)));

    /// <summary>The shape of a value as int64: a constant when it is known.</summary>
    public static Value ShapeOf(this GraphBuilder g, Value a) => a.Type.Shape is { IsStatic: true } shape
        ? g.Longs([.. shape.ToSizes().Select(s => (long)s)])
        : g.Node("Shape", [a]);

    /// <summary>Broadcast to the shape of another value.</summary>
    public static Value ExpandLike(this GraphBuilder g, Value a, Value like) => g.Node("Expand", [a, g.ShapeOf(like)]);

    /// <summary>Sums a gradient over the dimensions that broadcasting added or stretched, so that it has the shape of the value it belongs to.</summary>
    public static Value SumTo(this GraphBuilder g, Value gradient, Value like)
    {
        TensorShape from = gradient.Shape;
        TensorShape to = like.Shape;
        if (from == to)
        {
            return gradient;
        }

        int extra = from.Rank - to.Rank;
        long[] leading = [.. Enumerable.Range(0, extra).Select(i => (long)i)];
        long[] stretched = [.. Enumerable.Range(extra, to.Rank).Where(i => to[i - extra] is { Size: 1 } && from[i] is not { Size: 1 }).Select(i => (long)i)];
        Value sum = stretched.Length > 0 ? g.ReduceSum(gradient, keepDims: true, stretched) : gradient;
        return leading.Length > 0 ? g.ReduceSum(sum, keepDims: false, leading) : sum;
    }
}
