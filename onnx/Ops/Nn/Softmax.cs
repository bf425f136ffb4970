using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = e^(X - max) / Σ e^(X - max) along an axis.</summary>
internal sealed class Softmax : SoftmaxBase
{
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value product = g.Mul(s.DY, s.Out());
        return [g.Sub(product, g.Mul(s.Out(), g.ReduceSum(product, true, s.Attributes.Int("axis", -1))))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        SoftmaxRows.Make<T>(spec, spec.In(0), spec.Out(), new AxisLayout(spec.In(0).Shape, spec.Attributes.Int("axis", -1)), log: false);
}
