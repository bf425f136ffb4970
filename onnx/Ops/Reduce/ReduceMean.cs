using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The mean over axes; NaN over none, and an error for integers.</summary>
internal sealed class ReduceMean : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value share = s.In(0).Shape.ElementCount is { } all && s.Out().Shape.ElementCount is { } kept
            ? g.Mul(s.DY, kept == 0 ? 0 : (double)kept / all)
            : g.Div(s.DY, g.Div(Count(g, s.In(0)), Count(g, s.Out())));
        return [g.ExpandLike(KeepDims(s, share), s.In(0)), null];
    });

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced)
    {
        int length = 1;
        for (int i = 0; i < reduced.Length; i++)
        {
            length *= reduced[i] ? spec.In(0).Shape[i] : 1;
        }

        T count = T.CreateTruncating(length);
        if (length == 0 && !spec.In(0).Type.IsFloating())
        {
            throw AnnealException.BadData("the mean of no integers is not defined").In(spec.Node);
        }

        return Reduction.Make<T, Reduction.Sum<T>>(spec, reduced, sums =>
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] /= count;
            }
        });
    }

    private static Value Count(GraphBuilder g, Value value) => g.Cast(g.Node("Size", [value]), value.Type.Type);
}
