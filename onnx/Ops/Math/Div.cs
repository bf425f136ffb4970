using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A / B, with broadcasting.</summary>
/// <remarks>Integers truncate towards zero, the smallest one divided by -1 wraps, and a division by zero is an error.</remarks>
internal sealed class Div : Binary
{
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Numbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Div(s.DY, s.In(1)), g.Neg(g.Div(g.Mul(s.DY, s.Out()), s.In(1)))];
    });

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            return Broadcast.Zip<T, T>(spec, TensorPrimitives.Divide, TensorPrimitives.Divide, TensorPrimitives.Divide);
        }

        Node node = spec.Node;
        return Broadcast.Zip<T, T>(spec, static (a, b) => Quotient(a, b), node);
    }

    private static T Quotient<T>(T a, T b)
        where T : INumber<T> => T.Zero - T.One < T.Zero && b == T.Zero - T.One ? T.Zero - a : a / b;
}
