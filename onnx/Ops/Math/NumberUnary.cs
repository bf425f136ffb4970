using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op Y = f(X) that takes integers as well.</summary>
internal abstract class NumberUnary : Op
{
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    protected static OpSchema SchemaOf(int since, int from) =>
        new(since, [new("X", "T")], [new("Y", "T")], [], [("T", TypeSet.Numbers)]) { From = from };

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

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
        DType.UInt8 => CompileNumber<byte>(spec),
        _ => throw spec.Unsupported(0),
    };

    protected abstract Kernel CompileNumber<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>;
}
