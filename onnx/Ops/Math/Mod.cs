using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A mod B, with broadcasting: the sign of B for fmod 0 (integers only), the sign of A for fmod 1.</summary>
/// <remarks>An integer division by zero is an error.</remarks>
internal sealed class Mod : Binary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Numbers, AttributeSchema.Int("fmod")) with { From = 10 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [s.DY, g.Neg(g.Mul(s.DY, g.Div(g.Sub(s.In(0), s.Out()), s.In(1))))];
    });

    public override TensorType[] Infer(InferenceScope scope) =>
        scope.Attributes.Int("fmod", 0) == 0 && scope.Type(0) is Tensors.DType.Float or Tensors.DType.Double
            ? throw scope.Error("fmod 0 takes integers only", "set fmod to 1")
            : base.Infer(scope);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => spec.Attributes.Int("fmod", 0) != 0
        ? Broadcast.Zip<T, T>(spec, static (a, b) => Remainder(a, b), spec.Node)
        : Broadcast.Zip<T, T>(spec, static (a, b) => Modulo(a, b), spec.Node);

    // The smallest integer divided by -1 overflows in hardware; its remainder is 0.
    private static T Remainder<T>(T a, T b)
        where T : INumber<T> => IsMinusOne(b) && T.IsInteger(a) ? T.Zero : a % b;

    private static T Modulo<T>(T a, T b)
        where T : INumber<T>
    {
        T remainder = Remainder(a, b);
        return remainder != T.Zero && (remainder < T.Zero) != (b < T.Zero) ? remainder + b : remainder;
    }

    private static bool IsMinusOne<T>(T b)
        where T : INumber<T> => T.Zero - T.One < T.Zero && b == T.Zero - T.One;
}
