using System.Numerics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A product of 8-bit integers in int32, whose kernel is one generic method over the types of its first two inputs.</summary>
public abstract class IntegerProductOp : Op
{
    /// <summary>The element types of the inputs and of the output.</summary>
    private protected static (string Variable, TypeSet Types)[] Types { get; } =
        [("T1", TypeSet.Of(DType.UInt8, DType.Int8)), ("T2", TypeSet.Of(DType.UInt8, DType.Int8)), ("T3", TypeSet.Of(DType.Int32))];

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Forbidden("quantised weights cannot be trained: import the float model");

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => (spec.In(0).Type, spec.In(1).Type) switch
    {
        (DType.UInt8, DType.UInt8) => CompileIntegers<byte, byte>(spec),
        (DType.UInt8, _) => CompileIntegers<byte, sbyte>(spec),
        (_, DType.UInt8) => CompileIntegers<sbyte, byte>(spec),
        _ => CompileIntegers<sbyte, sbyte>(spec),
    };

    /// <summary>The kernel for two integer types.</summary>
    /// <typeparam name="TA">The element type of the first input.</typeparam>
    /// <typeparam name="TB">The element type of the second.</typeparam>
    /// <param name="spec">The node with its operands.</param>
    /// <returns>The kernel.</returns>
    protected abstract Kernel CompileIntegers<TA, TB>(KernelSpec spec)
        where TA : unmanaged, IBinaryInteger<TA>
        where TB : unmanaged, IBinaryInteger<TB>;
}
