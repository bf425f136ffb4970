using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op C = A ∘ B of bools, with broadcasting.</summary>
internal abstract class Logical : Op
{
    public override OpSchema Schema { get; } =
        new(7, [new("A", "T"), new("B", "T")], [new("C", "T1")], [], [("T", TypeSet.Bool), ("T1", TypeSet.Bool)]);

    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) => [new(DType.Bool, scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    protected static Kernel Of(KernelSpec spec, Elementwise.Zip<byte, byte, byte> both, Broadcast.Right<byte, byte> right) =>
        Broadcast.Zip<byte, byte>(spec, both, right, (a, b, y) => right(b, a, y));
}
