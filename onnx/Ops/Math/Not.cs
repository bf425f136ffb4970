using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ¬X.</summary>
internal sealed class Not : Op
{
    public override OpSchema Schema { get; } = new(1, [new("X", "T")], [new("Y", "T")], [], [("T", TypeSet.Bool)]);

    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

    public override Kernel Compile(KernelSpec spec) =>
        Elementwise.Unary<byte, byte>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.Xor(x, (byte)1, y));
}
