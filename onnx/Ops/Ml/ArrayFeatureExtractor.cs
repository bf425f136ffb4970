using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Picks elements along the last dimension; of one row [C] the result is [1, indices]. A negative index is an error.</summary>
internal sealed class ArrayFeatureExtractor : Op, IDecomposable
{
    private static readonly Attributes s_last = Attributes.Of(("axis", -1L));

    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T"), new("Y", "I")],
        [new("Z", "T")],
        [],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int64, DType.Int32, DType.String)), ("I", TypeSet.Int64)]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope)
    {
        if ((scope.Integers(1) ?? []).Any(i => i < 0))
        {
            throw scope.Error($"index {scope.Integers(1)!.First(i => i < 0)} is negative, and the indices of this op do not count from the end");
        }

        Dim count = scope.Shape(1) is { IsStatic: true } indices ? Dim.Of((int)indices.ElementCount!.Value) : Dim.Unknown;
        return scope.Shape(0) switch
        {
            null => [new(scope.Type(0), null)],
            { Rank: 0 } => throw scope.Error("the input is a scalar, expected a dimension to pick from"),
            { Rank: 1 } => [new(scope.Type(0), new TensorShape([1, count]))],
            { } shape => [new(scope.Type(0), new TensorShape([.. shape.Dims[..^1], count]))],
        };
    }

    public bool Decompose(Decomposition d)
    {
        if (d.Type(0).Shape is not { Rank: > 0 } shape)
        {
            return false;
        }

        string picked = d.Op("Gather", s_last, d.In(0), d.Op("Reshape", d.In(1), d.Constant("line", Tensor.Vector(-1L))));
        return d.Return(0, shape.Rank > 1 ? picked : d.Op("Reshape", picked, d.Constant("row", Tensor.Vector(1L, -1))));
    }

    public override Kernel Compile(KernelSpec spec) =>
        Gather.Compile(new KernelSpec(spec.Node with { Attributes = s_last }, [spec.In(0), spec.In(1)], [spec.Out()], [spec.Constant(0), spec.Constant(1)]), countsFromEnd: false);
}
