using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>1 where an element is greater than a threshold, else 0.</summary>
/// <remarks>NaN is greater than nothing.</remarks>
internal sealed class Binarizer : NumberOp
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(1, [new("X", "T")], [new("Y", "T")], [AttributeSchema.Float("threshold")], [("T", Features.Numbers)]);

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        double threshold = spec.Attributes.Float("threshold", 0);
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (from, to) =>
        {
            for (int i = 0; i < from.Length; i++)
            {
                to[i] = double.CreateTruncating(from[i]) > threshold ? T.One : T.Zero;
            }
        });
    }
}
