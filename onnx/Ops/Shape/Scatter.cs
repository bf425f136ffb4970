using System.Numerics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the scatter ops share: a copy of the data into which updates are written or reduced, in the order of the updates.</summary>
public abstract class Scatter : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        string reduction = ReductionOf(spec.Attributes);
        return (reduction, spec.In(0).Type) switch
        {
            ("none", DType type) => type.Size() switch
            {
                1 => Compile<byte, ScatterReplace<byte>>(spec),
                2 => Compile<ushort, ScatterReplace<ushort>>(spec),
                4 => Compile<uint, ScatterReplace<uint>>(spec),
                _ => Compile<ulong, ScatterReplace<ulong>>(spec),
            },
            (_, DType.Float) => CompileNumber<float>(spec, reduction),
            (_, DType.Double) => CompileNumber<double>(spec, reduction),
            (_, DType.Int64) => CompileNumber<long>(spec, reduction),
            (_, DType.Int32) => CompileNumber<int>(spec, reduction),
            (_, DType.UInt64) => CompileNumber<ulong>(spec, reduction),
            (_, DType.UInt32) => CompileNumber<uint>(spec, reduction),
            (_, DType.Int16) => CompileNumber<short>(spec, reduction),
            (_, DType.UInt16) => CompileNumber<ushort>(spec, reduction),
            (_, DType.Int8) => CompileNumber<sbyte>(spec, reduction),
            (_, DType.UInt8) => CompileNumber<byte>(spec, reduction),
            _ => throw spec.Unsupported(0),
        };
    }

    /// <summary>The reduction of a node.</summary>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The ONNX name.</returns>
    protected static string ReductionOf(Ir.Attributes attributes) => attributes.String("reduction", "none");

    /// <summary>Fails on a reduction that is not known.</summary>
    /// <param name="scope">The node.</param>
    /// <exception cref="AnnealException">The attribute has another value.</exception>
    protected static void CheckReduction(InferenceScope scope)
    {
        if (ReductionOf(scope.Attributes) is not ("none" or "add" or "mul" or "min" or "max"))
        {
            throw scope.Error($"reduction '{ReductionOf(scope.Attributes)}' is not known", "use none, add, mul, min or max");
        }
    }

    private protected abstract Kernel Compile<T, TReduction>(KernelSpec spec)
        where T : unmanaged
        where TReduction : struct, IScatterReduction<T>;

    private Kernel CompileNumber<T>(KernelSpec spec, string reduction)
        where T : unmanaged, INumber<T> => reduction switch
        {
            "add" => Compile<T, ScatterAdd<T>>(spec),
            "mul" => Compile<T, ScatterMul<T>>(spec),
            "min" => Compile<T, ScatterMin<T>>(spec),
            _ => Compile<T, ScatterMax<T>>(spec),
        };
}
