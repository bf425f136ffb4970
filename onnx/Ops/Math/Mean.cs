using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The mean of all inputs, with broadcasting.</summary>
internal sealed class Mean : Variadic
{
    public override OpSchema Schema { get; } = SchemaOf("mean", TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
        [.. Enumerable.Repeat(s.Builder.Mul(s.DY, 1.0 / s.Node.Inputs.Length), s.Node.Inputs.Length)]);

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Kernel sum = Fold<T>(spec, TensorPrimitives.Add, TensorPrimitives.Add);
        T count = T.CreateTruncating(spec.InputCount);
        Kernel share = Elementwise.Unary<T, T>(spec.Out(), spec.Out(), (x, y) => TensorPrimitives.Divide(x, count, y));
        return team =>
        {
            sum(team);
            share(team);
        };
    }
}
