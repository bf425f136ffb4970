using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Whether an element is infinite: of either sign, or of those that are asked for.</summary>
internal sealed class IsInf : Op
{
    public override OpSchema Schema { get; } = new(
        10,
        [new("X", "T1")],
        [new("Y", "T2")],
        [AttributeSchema.Int("detect_negative"), AttributeSchema.Int("detect_positive")],
        [("T1", TypeSet.Floats), ("T2", TypeSet.Bool)]);

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope) => [new(DType.Bool, scope.Shape(0))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool negative = spec.Attributes.Int("detect_negative", 1) != 0;
        bool positive = spec.Attributes.Int("detect_positive", 1) != 0;
        return Elementwise.Unary<T, bool>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = (negative && T.IsNegativeInfinity(x[i])) || (positive && T.IsPositiveInfinity(x[i]));
            }
        });
    }
}
