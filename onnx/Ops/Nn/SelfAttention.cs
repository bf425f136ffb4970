using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = softmax(Q·Kᵀ / √depth)·V for each head, of queries, keys and values that lie side by side: [N, T, 3F] to [N, T, F].</summary>
/// <remarks>The weights are given as [N, heads, key, query]. Head h has the features from h·F/heads on.</remarks>
/// <seealso href="https://arxiv.org/abs/1706.03762">Vaswani et al., Attention Is All You Need</seealso>
internal sealed class SelfAttention : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("QKV", "T")],
        [new("Y", "T"), new("weights", "T")],
        [AttributeSchema.Int("heads", required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        if (!s.Node.HasOutput(1) || s.DOut(1) is not null)
        {
            throw s.Error("the gradient needs the weights and flows through the first output alone", "ask for the second output");
        }

        return [s.Builder.Node(nameof(SelfAttentionGrad), [s.DY, s.In(0), s.Out(1)], s.Attributes, Model.AnnealDomain)];
    });

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(nameof(SelfAttention), ["QKV"], ["Y", "weights"], "heads");
            var parts = new AttentionBody(b);
            string scores = b.Op("Mul", b.Op("MatMul", parts.Keys, parts.Turned(parts.Queries)), parts.Scale);
            string weights = b.Op("Softmax", Attributes.Of(("axis", -2L)), scores);
            string mixed = b.Op("Transpose", Attributes.Of(("perm", new long[] { 0, 2, 1, 3 })), b.Op("MatMul", parts.Turned(weights), parts.Values));
            string shape = b.Op("Concat", Attributes.Of(("axis", 0L)), b.Constant(Tensor.Vector(0L, 0)), b.Op("Mul", parts.Heads, parts.Depth));
            b.Return("Y", b.Op("Reshape", mixed, shape));
            b.Return("weights", weights);
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        long heads = scope.Attributes.Int("heads", 1);
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null), new(scope.Type(0), null)];
        }

        if (shape.Rank != 3 || heads < 1 || (shape[2].IsKnown && shape[2].Size % (3 * heads) != 0))
        {
            throw scope.Error($"QKV has shape {shape}, expected [N,T,3F] with F a multiple of {heads} heads");
        }

        Dim width = shape[2].IsKnown ? Dim.Of(shape[2].Size / 3) : Dim.Unknown;
        return [TensorType.Of(scope.Type(0), shape[0], shape[1], width), TensorType.Of(scope.Type(0), shape[0], (int)heads, shape[1], shape[1])];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int heads = (int)spec.Attributes.Int("heads", 1);
        Slot x = spec.In(0);
        Slot weights = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(checked((long)x.Shape[0] * heads * x.Shape[1] * x.Shape[1]) * x.Type.Size());
        var plan = new AttentionPlan<T>(spec, x, weights, given: spec.Out(), spec.Out(), heads);
        Action<int> body = plan.Forward;
        return team => team.Run(plan.Items, body);
    }
}
