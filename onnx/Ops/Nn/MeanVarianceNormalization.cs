using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (X - mean) / (deviation + 1e-9) over axes.</summary>
internal sealed unsafe class MeanVarianceNormalization : Op
{
    private const double Smallest = 1e-9;

    public override OpSchema Schema { get; } = new(
        13, [new("X", "T")], [new("Y", "T")], [AttributeSchema.Ints("axes")], [("T", TypeSet.Floats)])
    { From = 9 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        long[] axes = Over(s.Attributes);
        Value centered = g.Sub(s.In(0), g.Reduce("ReduceMean", s.In(0), true, axes));
        Value deviation = g.Node("Sqrt", [g.Reduce("ReduceMean", g.Mul(centered, centered), true, axes)]);
        Value below = g.Add(deviation, g.Scalar(Smallest, type));
        Value direct = g.Div(g.Sub(s.DY, g.Reduce("ReduceMean", s.DY, true, axes)), below);
        Value along = g.Div(g.Reduce("ReduceMean", g.Mul(s.DY, centered), true, axes), g.Mul(deviation, g.Mul(below, below)));
        return [g.Sub(direct, g.Mul(centered, along))];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is { } shape)
        {
            Axes.Of(scope, Over(scope.Attributes), shape.Rank);
        }

        return [scope.In(0)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        bool[] reduced = new bool[x.Shape.Length];
        foreach (long axis in Over(spec.Attributes))
        {
            reduced[Axes.Of(axis, reduced.Length)] = true;
        }

        var layout = new ReductionLayout(x.Shape, reduced);
        int own = layout.InnerReduced ? 1 : layout.Inner;
        int run = layout.InnerReduced ? layout.Inner : 1;
        Action<int> body = group =>
        {
            int start = layout.Kept[group / own] + (group % own);
            double sum = 0;
            foreach (int offset in layout.Reduced)
            {
                for (int i = 0; i < run; i++)
                {
                    sum += double.CreateTruncating(((T*)x.Pointer)[start + offset + i]);
                }
            }

            double count = (double)layout.Reduced.Length * run;
            double mean = sum / count;
            double squares = 0;
            foreach (int offset in layout.Reduced)
            {
                for (int i = 0; i < run; i++)
                {
                    double centered = double.CreateTruncating(((T*)x.Pointer)[start + offset + i]) - mean;
                    squares += centered * centered;
                }
            }

            double factor = 1 / (Math.Sqrt(squares / count) + Smallest);
            foreach (int offset in layout.Reduced)
            {
                for (int i = 0; i < run; i++)
                {
                    ((T*)y.Pointer)[start + offset + i] = T.CreateTruncating((double.CreateTruncating(((T*)x.Pointer)[start + offset + i]) - mean) * factor);
                }
            }
        };
        int groups = x.Length == 0 ? 0 : layout.Kept.Length * own;
        return team => team.Run(groups, body);
    }

    private static long[] Over(Attributes attributes) => attributes.Ints("axes") is { } axes ? [.. axes] : [0, 2, 3];
}
