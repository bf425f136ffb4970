using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A · B, with broadcasting; integers wrap.</summary>
internal sealed class Mul : Binary
{
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Numbers);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.DY, s.In(1)), s.Builder.Mul(s.DY, s.In(0))]);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Broadcast.Zip<T, T>(
        spec,
        TensorPrimitives.Multiply,
        TensorPrimitives.Multiply,
        static (a, b, y) => TensorPrimitives.Multiply(b, a, y));
}
