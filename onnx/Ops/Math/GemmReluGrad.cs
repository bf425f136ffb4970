using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>dX = alpha · A' · B' where Y is above 0, and 0 elsewhere: the gradient that a product sends back through the Relu before it.</summary>
/// <remarks>Y is that Relu's output, of the product's shape.</remarks>
public sealed class GemmReluGrad : Op
{
    /// <inheritdoc/>
    public override string Domain => Model.AnnealDomain;

    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        1,
        [new("A", "T"), new("B", "T"), new("Y", "T")],
        [new("dX", "T")],
        [AttributeSchema.Float("alpha"), AttributeSchema.Int("transA"), AttributeSchema.Int("transB")],
        [("T", TypeSet.Floats)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Forbidden("it is itself a gradient: differentiate the Gemm and Where it stands for");

    /// <inheritdoc/>
    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, ["A", "B", "Y"], ["dX"]);
            Attributes attributes = Attributes.Of(
                ("alpha", new AttributeValue.Reference("alpha", typeof(AttributeValue.Float))),
                ("transA", new AttributeValue.Reference("transA", typeof(AttributeValue.Int))),
                ("transB", new AttributeValue.Reference("transB", typeof(AttributeValue.Int))));
            string zero = b.Like(0, "Y");
            b.Return("dX", b.Op("Where", b.Op("Greater", "Y", zero), b.Op("Gemm", attributes, "A", "B"), zero));
            return b.Build() with { Defaults = Attributes.Of(("alpha", 1f), ("transA", 0L), ("transB", 0L)) };
        }
    }

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorType product = Gemm.Product(scope);
        return scope.Shape(2) is { IsStatic: true } y && product.Shape is { IsStatic: true } shape && y != shape
            ? throw scope.Error($"Y of shape {y} does not mask a product of shape {shape}")
            : [product];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Gemm.Compile(spec, GemmActivation.None, isMasked: true);
}
