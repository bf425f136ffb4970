using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>start + i · delta for i = 0, 1, … up to, not including, limit.</summary>
public sealed class Range : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        11,
        [new("start", "T"), new("limit", "T"), new("delta", "T")],
        [new("output", "T")],
        [],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int16, DType.Int32, DType.Int64))]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value steps = g.Node("Range", [g.Scalar(0, DType.Int64), g.Node("Size", [s.DY]), g.Scalar(1, DType.Int64)]);
        Value dDelta = g.ReduceSum(g.Mul(s.DY, g.Cast(steps, s.DY.Type.Type)), keepDims: false, 0);
        return [g.ReshapeLike(g.ReduceSum(s.DY, keepDims: false, 0), s.In(0)), null, g.ReshapeLike(dDelta, s.In(2))];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        for (int i = 0; i < 3; i++)
        {
            if (scope.Shape(i) is { IsStatic: true, ElementCount: not 1 } shape)
            {
                throw scope.Error($"input {i} has shape {shape}, expected a scalar");
            }
        }

        return [TensorType.Of(scope.Type(0), scope.Type(0) switch
        {
            DType.Float => Count<float>(scope),
            DType.Double => Count<double>(scope),
            DType.Int16 => Count<short>(scope),
            DType.Int32 => Count<int>(scope),
            _ => Count<long>(scope),
        })];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.Out().Type switch
    {
        DType.Float => Compile<float>(spec),
        DType.Double => Compile<double>(spec),
        DType.Int16 => Compile<short>(spec),
        DType.Int32 => Compile<int>(spec),
        _ => Compile<long>(spec),
    };

    private static Dim Count<T>(InferenceScope scope)
        where T : unmanaged, INumber<T>
    {
        if (scope.Constant(0) is not { } start || scope.Constant(1) is not { } limit || scope.Constant(2) is not { } delta)
        {
            return Dim.Unknown;
        }

        T step = delta.Span<T>()[0];
        if (T.IsZero(step))
        {
            throw scope.Error("the delta is 0");
        }

        double count = Math.Ceiling((double.CreateChecked(limit.Span<T>()[0]) - double.CreateChecked(start.Span<T>()[0])) / double.CreateChecked(step));
        return Axes.Size(scope, (long)Math.Max(0, count));
    }

    private static Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>
    {
        Slot start = spec.In(0);
        Slot delta = spec.In(2);
        Slot y = spec.Out();
        return _ =>
        {
            Span<T> to = y.Span<T>();
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = start.Span<T>()[0] + (T.CreateTruncating(i) * delta.Span<T>()[0]);
            }
        };
    }
}
