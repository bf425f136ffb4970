using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the bitwise ops of two integers share.</summary>
internal abstract class Bitwise : Op
{
    public static TypeSet Integers { get; } = TypeSet.Of(DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64);

    public override OpSchema Schema { get; } = new(18, [new("A", "T"), new("B", "T")], [new("C", "T")], [], [("T", Integers)]);

    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(0), scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type.Size() switch
    {
        1 => Compile<byte>(spec),
        2 => Compile<ushort>(spec),
        4 => Compile<uint>(spec),
        _ => Compile<ulong>(spec),
    };

    protected abstract Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, IBinaryInteger<T>;
}
