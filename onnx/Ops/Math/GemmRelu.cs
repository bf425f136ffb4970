using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(alpha · A' · B' + beta · C, 0): a dense layer in one pass.</summary>
public sealed class GemmRelu : Op
{
    /// <inheritdoc/>
    public override string Domain => Model.AnnealDomain;

    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        1,
        [new("A", "T"), new("B", "T"), new("C", "T", Optional: true)],
        [new("Y", "T")],
        [AttributeSchema.Float("alpha"), AttributeSchema.Float("beta"), AttributeSchema.Int("transA"), AttributeSchema.Int("transB")],
        [("T", TypeSet.Floats)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return Gemm.Differentiate(s, g.Where(g.Greater(s.Out(), zero), s.DY, zero));
    });

    /// <inheritdoc/>
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, ["A", "B", "C"], ["Y"]);
            Attributes attributes = Attributes.Of(
                ("alpha", new AttributeValue.Reference("alpha", typeof(AttributeValue.Float))),
                ("beta", new AttributeValue.Reference("beta", typeof(AttributeValue.Float))),
                ("transA", new AttributeValue.Reference("transA", typeof(AttributeValue.Int))),
                ("transB", new AttributeValue.Reference("transB", typeof(AttributeValue.Int))));
            b.Return("Y", b.Op("Relu", b.Op("Gemm", attributes, "A", "B", "C")));
            return b.Build() with { Defaults = Attributes.Of(("alpha", 1f), ("beta", 1f), ("transA", 0L), ("transB", 0L)) };
        }
    }

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => OpTable.Find("", "Gemm")!.Infer(scope);

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Gemm.Compile(spec, GemmActivation.Relu, isMasked: false);
}
