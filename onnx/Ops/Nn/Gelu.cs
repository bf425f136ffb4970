using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X·Φ(X), with the normal distribution Φ(X) = (1 + erf(X/√2)) / 2.</summary>
internal sealed class Gelu : Unary
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value x = s.In(0);
        Value below = g.Mul(g.Add(g.Scalar(1, type), g.Node("Erf", [g.Mul(x, 1 / Math.Sqrt(2))])), 0.5);
        Value density = g.Mul(g.Exp(g.Mul(g.Mul(x, x), -0.5)), 1 / Math.Sqrt(2 * Math.PI));
        return [g.Mul(s.DY, g.Add(below, g.Mul(x, density)))];
    });

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder("Gelu", ["X"], ["Y"]);
            string root = b.Op("CastLike", b.Constant(Tensor.Scalar(1 / Math.Sqrt(2))), "X");
            string twice = b.Op("Add", b.Like(1, "X"), b.Op("Erf", b.Op("Mul", "X", root)));
            b.Return("Y", b.Op("Mul", b.Op("Mul", b.Like(0.5f, "X"), "X"), twice));
            return b.Build();
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    private readonly struct Curve : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) => x * VectorMath.Normal(x);
    }
}
