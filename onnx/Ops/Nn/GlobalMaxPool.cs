using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The largest element of each channel's plane; equal ones share the gradient.</summary>
internal sealed unsafe class GlobalMaxPool : GlobalPool
{
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value wins = g.Equal(s.In(0), s.Out());
        Value count = g.ReduceSum(g.Cast(wins, type), keepDims: true, Axes(s.In(0)));
        return [g.Where(wins, g.Div(s.DY, count), g.Scalar(0, type))];
    });

    protected override T Plane<T>(T* x, int count) => Reduction.Run<T, Reduction.Largest<T>>(x, count);
}
