using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op C = f(A, B) with broadcasting whose output has its inputs' type.</summary>
public abstract class Binary : Op
{
    /// <summary>The schema of a binary op of one element type.</summary>
    /// <param name="since">The op version.</param>
    /// <param name="types">The element types.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The schema.</returns>
    protected static OpSchema SchemaOf(int since, TypeSet types, params AttributeSchema[] attributes) =>
        new(since, [new("A", "T"), new("B", "T")], [new("C", "T")], [.. attributes], [("T", types)]) { From = 7 };

    /// <inheritdoc/>
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(0), scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    /// <inheritdoc/>
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

    /// <summary>The kernel for a number type.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="spec">The node with its operands.</param>
    /// <returns>The kernel.</returns>
    protected abstract Kernel CompileNumber<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>;
}
