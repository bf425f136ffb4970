using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>A matrix: the dimensions before the axis as rows, the others as columns.</summary>
public sealed class Flatten : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("input", "T")], [new("output", "T")], [AttributeSchema.Int("axis")], [("T", TypeSet.All)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.Builder.ReshapeLike(s.DY, s.In(0))]);

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [TensorType.Of(scope.Type(0), Dim.Unknown, Dim.Unknown)];
        }

        long axis = scope.Attributes.Int("axis", 1);
        int at = axis == shape.Rank ? shape.Rank : scope.Axis(axis, shape.Rank);
        return [TensorType.Of(scope.Type(0), Product(scope, shape.Dims[..at]), Product(scope, shape.Dims[at..]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Views.Copy(spec);

    private static Dim Product(InferenceScope scope, ImmutableArray<Dim> dims)
    {
        Dim[] open = [.. dims.Where(d => !d.IsKnown)];
        long known = dims.Where(d => d.IsKnown).Aggregate(1L, (n, d) => checked(n * d.Size));
        return open.Length == 0 || known == 0 ? Axes.Size(scope, known) : open.Length == 1 && known == 1 ? open[0] : Dim.Unknown;
    }
}
