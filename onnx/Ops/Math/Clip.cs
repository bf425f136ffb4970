using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = min(max(X, min), max), each bound optional.</summary>
/// <remarks>The gradient flows where X lies within the bounds, these included, and to a bound where it holds X back.</remarks>
internal sealed class Clip : NumberUnary
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("input", "T"), new("min", "T", Optional: true), new("max", "T", Optional: true)],
        [new("output", "T")],
        [],
        [("T", TypeSet.Numbers)])
    { From = 11 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        Value x = s.In(0);
        Value dX = s.DY;
        Value? dMin = null;
        Value? dMax = null;
        if (s.Has(1))
        {
            Value below = g.Node("Less", [x, s.In(1)]);
            dX = g.Where(below, zero, dX);
            dMin = g.Where(below, s.DY, zero);
        }

        if (s.Has(2))
        {
            Value above = g.Greater(x, s.In(2));
            dX = g.Where(above, zero, dX);
            dMax = g.Where(above, s.DY, zero);
        }

        return [dX, dMin, dMax];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        for (int i = 1; i < 3; i++)
        {
            if (scope.Has(i) && scope.Shape(i) is { Rank: not 0 } shape && shape.ElementCount is not (null or 1))
            {
                throw scope.Error($"the bound has shape {shape}, expected a scalar");
            }
        }

        return [scope.In(0)];
    }

    protected override unsafe Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot? min = spec.HasIn(1) ? spec.In(1) : null;
        Slot? max = spec.HasIn(2) ? spec.In(2) : null;
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            x.CopyTo(y);
            if (min is not null)
            {
                TensorPrimitives.Max(y, *(T*)min.Pointer, y);
            }

            if (max is not null)
            {
                TensorPrimitives.Min(y, *(T*)max.Pointer, y);
            }
        });
    }
}
