using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = not X, bit by bit.</summary>
internal sealed class BitwiseNot : Op
{
    public override OpSchema Schema { get; } = new(18, [new("X", "T")], [new("Y", "T")], [], [("T", Bitwise.Integers)]);

    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type.Size() switch
    {
        1 => Elementwise.Unary<byte, byte>(spec.In(0), spec.Out(), TensorPrimitives.OnesComplement),
        2 => Elementwise.Unary<ushort, ushort>(spec.In(0), spec.Out(), TensorPrimitives.OnesComplement),
        4 => Elementwise.Unary<uint, uint>(spec.In(0), spec.Out(), TensorPrimitives.OnesComplement),
        _ => Elementwise.Unary<ulong, ulong>(spec.In(0), spec.Out(), TensorPrimitives.OnesComplement),
    };
}
