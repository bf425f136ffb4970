using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every comparison C = A ∘ B with broadcasting; a comparison with NaN is false.</summary>
internal abstract class Comparison : Op
{
    public override Gradient Gradient => Gradient.Zero;

    protected static OpSchema SchemaOf(int since, int from, TypeSet types) =>
        new(since, [new("A", "T"), new("B", "T")], [new("C", "T1")], [], [("T", types), ("T1", TypeSet.Bool)]) { From = from };

    public override TensorType[] Infer(InferenceScope scope) => [new(DType.Bool, scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => CompileNumber<float>(spec),
        DType.Double => CompileNumber<double>(spec),
        DType.Int64 => CompileNumber<long>(spec),
        DType.Int32 => CompileNumber<int>(spec),
        DType.UInt64 => CompileNumber<ulong>(spec),
        DType.UInt32 => CompileNumber<uint>(spec),
        DType.Int16 => CompileNumber<short>(spec),
        DType.UInt16 => CompileNumber<ushort>(spec),
        DType.Int8 => CompileNumber<sbyte>(spec),
        DType.UInt8 or DType.Bool => CompileNumber<byte>(spec),
        _ => throw spec.Unsupported(0),
    };

    protected abstract Kernel CompileNumber<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>;
}
