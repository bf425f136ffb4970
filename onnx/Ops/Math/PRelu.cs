using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X where X ≥ 0, slope·X elsewhere; the slope broadcasts to X.</summary>
internal sealed class PRelu : NumberOp
{
    public override OpSchema Schema { get; } = new(
        16,
        [new("X", "T"), new("slope", "T")],
        [new("Y", "T")],
        [],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int32, DType.Int64, DType.UInt32, DType.UInt64))])
    { From = 7 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        Value isBelow = g.Greater(zero, s.In(0));
        return [g.Where(isBelow, g.Mul(s.DY, s.In(1)), s.DY), g.Where(isBelow, g.Mul(s.DY, s.In(0)), zero)];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? both = scope.Broadcast(scope.Shape(0), scope.Shape(1));
        return scope.Shape(0) is { IsStatic: true } shape && both is { IsStatic: true } && both != shape
            ? throw scope.Error($"a slope of shape {scope.Shape(1)} does not broadcast to X of shape {shape}")
            : [scope.In(0)];
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Broadcast.Zip<T, T>(
            spec,
            static (x, slope, y) =>
            {
                for (int i = 0; i < x.Length; i++)
                {
                    y[i] = x[i] < T.Zero ? x[i] * slope[i] : x[i];
                }
            },
            static (x, slope, y) =>
            {
                for (int i = 0; i < x.Length; i++)
                {
                    y[i] = x[i] < T.Zero ? x[i] * slope : x[i];
                }
            },
            static (x, slope, y) =>
            {
                for (int i = 0; i < slope.Length; i++)
                {
                    y[i] = x < T.Zero ? x * slope[i] : x;
                }
            });
}
