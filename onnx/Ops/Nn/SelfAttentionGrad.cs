using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of <see cref="SelfAttention"/> with respect to queries, keys and values.</summary>
internal sealed class SelfAttentionGrad : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("dY", "T"), new("QKV", "T"), new("weights", "T")],
        [new("dQKV", "T")],
        [AttributeSchema.Int("heads", required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Forbidden("a second derivative of attention is not known here");

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(nameof(SelfAttentionGrad), ["dY", "QKV", "weights"], ["dQKV"], "heads");
            var parts = new AttentionBody(b);
            string shape = b.Op("Concat", Attributes.Of(("axis", 0L)), b.Constant(Tensor.Vector(0L, 0)), parts.Heads, parts.Depth);
            string given = b.Op("Transpose", Attributes.Of(("perm", new long[] { 0, 2, 1, 3 })), b.Op("Reshape", "dY", shape));
            string dWeights = b.Op("MatMul", parts.Values, parts.Turned(given));
            string inner = b.Op("ReduceSum", b.Op("Mul", "weights", dWeights), b.Constant(Tensor.Vector(-2L)));
            string dScores = b.Op("Mul", b.Op("Mul", "weights", b.Op("Sub", dWeights, inner)), parts.Scale);
            string axis = b.Constant(Tensor.Vector(0L));
            string all = b.Op(
                "Concat",
                Attributes.Of(("axis", 0L)),
                b.Op("Unsqueeze", b.Op("MatMul", parts.Turned(dScores), parts.Keys), axis),
                b.Op("Unsqueeze", b.Op("MatMul", dScores, parts.Queries), axis),
                b.Op("Unsqueeze", b.Op("MatMul", "weights", given), axis));
            b.Return("dQKV", b.Op("Reshape", b.Op("Transpose", Attributes.Of(("perm", new long[] { 1, 3, 0, 2, 4 })), all), b.Op("Shape", "QKV")));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(1)];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var plan = new AttentionPlan<T>(spec, spec.In(1), spec.In(2), spec.In(0), spec.Out(), (int)spec.Attributes.Int("heads", 1));
        Action<int> body = plan.Backward;
        return team => team.Run(plan.Items, body);
    }
}
