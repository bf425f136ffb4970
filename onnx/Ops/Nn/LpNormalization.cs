using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / ‖X‖ along an axis, by the sum of magnitudes (p = 1) or the root of the sum of squares (p = 2); 0 where the norm is 0, as is the gradient.</summary>
internal sealed unsafe class LpNormalization : Op
{
    public override OpSchema Schema { get; } = new(
        1, [new("input", "T")], [new("output", "T")], [AttributeSchema.Int("axis"), AttributeSchema.Int("p")], [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        bool isFirst = s.Attributes.Int("p", 2) == 1;
        long axis = s.Attributes.Int("axis", -1);
        Value norm = g.Reduce(isFirst ? "ReduceL1" : "ReduceL2", s.In(0), true, axis);
        Value along = g.ReduceSum(g.Mul(s.DY, s.Out()), true, axis);
        Value change = g.Sub(s.DY, g.Mul(isFirst ? g.Node("Sign", [s.In(0)]) : s.Out(), along));
        Value zero = g.Scalar(0, s.DY.Type.Type);
        Value isZero = g.Equal(norm, zero);
        return [g.Where(isZero, zero, g.Div(change, g.Where(isZero, g.Scalar(1, s.DY.Type.Type), norm)))];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Attributes.Int("p", 2) is not (1 or 2))
        {
            throw scope.Error("p is neither 1 nor 2");
        }

        if (scope.Shape(0) is { } shape)
        {
            scope.Axis(scope.Attributes.Int("axis", -1), shape.Rank);
        }

        return [scope.In(0)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        var axes = new AxisLayout(x.Shape, spec.Attributes.Int("axis", -1));
        bool isFirst = spec.Attributes.Int("p", 2) == 1;
        int lines = axes.Outer * axes.Inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, axes.Count));
        Action<int> body = item =>
        {
            int end = Math.Min(lines, (item + 1) * perItem);
            for (int line = item * perItem; line < end; line++)
            {
                long start = ((long)(line / axes.Inner) * axes.Count * axes.Inner) + (line % axes.Inner);
                T* from = (T*)x.Pointer + start;
                T* to = (T*)y.Pointer + start;
                T sum = T.Zero;
                for (int k = 0; k < axes.Count; k++)
                {
                    T value = from[(long)k * axes.Inner];
                    sum += isFirst ? T.Abs(value) : value * value;
                }

                T norm = isFirst ? sum : T.Sqrt(sum);
                for (int k = 0; k < axes.Count; k++)
                {
                    to[(long)k * axes.Inner] = norm == T.Zero ? T.Zero : from[(long)k * axes.Inner] / norm;
                }
            }
        };
        int items = x.Length == 0 ? 0 : (lines + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
