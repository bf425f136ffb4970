using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The mean of each channel's plane.</summary>
internal sealed unsafe class GlobalAveragePool : GlobalPool
{
    public override Gradient Gradient => Gradient.Of(s =>
    {
        int[] spatial = Convolution.Spatial(s, s.In(0));
        return [s.Builder.ExpandLike(s.Builder.Mul(s.DY, 1.0 / spatial.Aggregate(1L, (n, d) => n * d)), s.In(0))];
    });

    protected override T Plane<T>(T* x, int count) => Reduction.Run<T, Reduction.Sum<T>>(x, count) / T.CreateTruncating(count);
}
