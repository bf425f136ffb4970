using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / (1 + e⁻ˣ).</summary>
internal sealed class Swish : Unary
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value sigmoid = g.Node("Sigmoid", [s.In(0)]);
        Value one = g.Scalar(1, s.DY.Type.Type);
        return [g.Mul(s.DY, g.Add(sigmoid, g.Mul(s.Out(), g.Sub(one, sigmoid))))];
    });

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder("Swish", ["X"], ["Y"]);
            b.Return("Y", b.Op("Mul", "X", b.Op("Sigmoid", "X")));
            return b.Build();
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    private readonly struct Curve : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) => x / (Vector512<double>.One + Vector512.Exp(-x));
    }
}
