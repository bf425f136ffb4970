using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X - max - ln Σ e^(X - max) along an axis.</summary>
internal sealed class LogSoftmax : SoftmaxBase
{
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Sub(s.DY, g.Mul(g.Exp(s.Out()), g.ReduceSum(s.DY, true, s.Attributes.Int("axis", -1))))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        SoftmaxRows.Make<T>(spec, spec.In(0), spec.Out(), new AxisLayout(spec.In(0).Shape, spec.Attributes.Int("axis", -1)), log: true);
}
