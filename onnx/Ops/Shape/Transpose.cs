using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Permutes the dimensions: output dimension i is input dimension perm[i]; reversed when perm is absent.</summary>
public sealed class Transpose : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("data", "T")], [new("transposed", "T")], [AttributeSchema.Ints("perm")], [("T", TypeSet.All)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        int[] perm = Permutation(s.Attributes, s.DY.Rank);
        return [s.Builder.Transpose(s.DY, [.. Enumerable.Range(0, perm.Length).Select(d => (long)Array.IndexOf(perm, d))])];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        int[] perm = Permutation(scope.Attributes, shape.Rank);
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, shape.Rank)))
        {
            throw scope.Error($"perm [{string.Join(",", perm)}] is no permutation of the dimensions of {shape}");
        }

        return [new(scope.Type(0), new TensorShape([.. perm.Select(d => shape[d])]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        int[] strides = StridedCopy.Dense(spec.In(0).Shape);
        int[] perm = Permutation(spec.Attributes, strides.Length);
        return new StridedCopy(spec.In(0), y, y.Shape, [.. perm.Select(d => strides[d])], StridedCopy.Dense(y.Shape)).Run;
    }

    private static int[] Permutation(Attributes attributes, int rank) => attributes.Ints("perm") is { } perm
        ? [.. perm.Select(d => (int)d)]
        : [.. Enumerable.Range(0, rank).Reverse()];
}
