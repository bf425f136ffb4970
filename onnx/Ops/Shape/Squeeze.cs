using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Removes dimensions of size 1: those named by axes, or all of them.</summary>
public sealed class Squeeze : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("data", "T"), new("axes", "I", Optional: true)], [new("squeezed", "T")], [], [("T", TypeSet.All), ("I", TypeSet.Int64)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.Builder.ReshapeLike(s.DY, s.In(0)), null]);

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape || (scope.Has(1) && scope.Constant(1) is null) || (!scope.Has(1) && !shape.IsStatic))
        {
            return [new(scope.Type(0), null)];
        }

        int[] axes = scope.Integers(1) is { } given
            ? Axes.Of(scope, given, shape.Rank)
            : [.. Enumerable.Range(0, shape.Rank).Where(d => shape[d] is { Size: 1 })];
        foreach (int axis in axes)
        {
            if (shape[axis] is { IsKnown: true, Size: not 1 })
            {
                throw scope.Error($"dimension {axis} of {shape} is not of size 1");
            }
        }

        return [new(scope.Type(0), new TensorShape([.. shape.Dims.Where((_, d) => !axes.Contains(d))]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Views.Copy(spec);
}
