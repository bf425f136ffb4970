using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A + B, with broadcasting.</summary>
public sealed class Add : Binary
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Numbers);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.DY, s.DY]);

    /// <inheritdoc/>
    protected override Kernel CompileNumber<T>(KernelSpec spec) => Broadcast.Zip<T, T>(
        spec,
        TensorPrimitives.Add,
        TensorPrimitives.Add,
        static (a, b, y) => TensorPrimitives.Add(b, a, y));
}
