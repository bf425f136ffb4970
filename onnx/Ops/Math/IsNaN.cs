using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = whether X is not a number.</summary>
internal sealed class IsNaN : Op
{
    public override OpSchema Schema { get; } =
        new(13, [new("X", "T1")], [new("Y", "T2")], [], [("T1", TypeSet.Floats), ("T2", TypeSet.Bool)]) { From = 9 };

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope) => [new(DType.Bool, scope.Shape(0))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float
        ? Elementwise.Unary<float, bool>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.IsNaN(x, y))
        : Elementwise.Unary<double, bool>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.IsNaN(x, y));
}
