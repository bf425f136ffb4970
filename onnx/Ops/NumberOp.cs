using System.Numerics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>An op whose kernel is one generic method over the number type of its first input.</summary>
public abstract class NumberOp : Op
{
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
    /// <typeparam name="T">The element type of the first input.</typeparam>
    /// <param name="spec">The node with its operands.</param>
    /// <returns>The kernel.</returns>
    protected abstract Kernel CompileNumber<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>;
}
