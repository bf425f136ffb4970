using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Inserts dimensions of size 1; axes count in the result.</summary>
public sealed class Unsqueeze : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("data", "T"), new("axes", "I")], [new("expanded", "T")], [], [("T", TypeSet.All), ("I", TypeSet.Int64)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.Builder.ReshapeLike(s.DY, s.In(0)), null]);

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape || scope.Integers(1) is not { } given)
        {
            return [new(scope.Type(0), null)];
        }

        int rank = shape.Rank + given.Length;
        int[] axes = Axes.Of(scope, given, rank);
        var dims = new Dim[rank];
        int next = 0;
        for (int d = 0; d < rank; d++)
        {
            dims[d] = axes.Contains(d) ? 1 : shape[next++];
        }

        return [new(scope.Type(0), new TensorShape(dims))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Views.Copy(spec);
}
