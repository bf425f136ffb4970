using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The standard ops that part QKV [N, T, 3F] by heads, for the bodies of attention and its gradient.</summary>
internal sealed class AttentionBody
{
    private readonly BodyBuilder _b;

    public AttentionBody(BodyBuilder b)
    {
        _b = b;
        Heads = b.Op("Reshape", b.IntAttribute("heads"), b.Constant(Tensor.Vector(1L)));
        string width = b.Op("Shape", Attributes.Of(("start", 2L), ("end", 3L)), "QKV");
        Depth = b.Op("Div", width, b.Op("Mul", Heads, b.Constant(Tensor.Vector(3L))));
        string shape = b.Op("Concat", Attributes.Of(("axis", 0L)), b.Constant(Tensor.Vector(0L, 0, 3)), Heads, Depth);
        string parts = b.Op("Transpose", Attributes.Of(("perm", new long[] { 2, 0, 3, 1, 4 })), b.Op("Reshape", "QKV", shape));
        Queries = Part(parts, 0);
        Keys = Part(parts, 1);
        Values = Part(parts, 2);
        Scale = b.Op("Reciprocal", b.Op("Sqrt", b.Op("CastLike", Depth, "QKV")));
    }

    /// <summary>The number of heads, int64 [1].</summary>
    public string Heads { get; }

    /// <summary>Features of a head, int64 [1].</summary>
    public string Depth { get; }

    /// <summary>1 / √depth, [1].</summary>
    public string Scale { get; }

    /// <summary>[N, heads, T, depth].</summary>
    public string Queries { get; }

    /// <summary>[N, heads, T, depth].</summary>
    public string Keys { get; }

    /// <summary>[N, heads, T, depth].</summary>
    public string Values { get; }

    /// <summary>A value with its last two dimensions exchanged.</summary>
    public string Turned(string x) => _b.Op("Transpose", Attributes.Of(("perm", new long[] { 0, 1, 3, 2 })), x);

    private string Part(string parts, long index) => _b.Op("Gather", parts, _b.Constant(Tensor.Scalar(index)));
}
