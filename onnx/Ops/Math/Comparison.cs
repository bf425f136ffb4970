using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every comparison C = A ∘ B with broadcasting; a comparison with NaN is false.</summary>
internal abstract class Comparison : NumberOp
{
    public override Gradient Gradient => Gradient.Zero;

    protected static OpSchema SchemaOf(int since, int from, TypeSet types) =>
        new(since, [new("A", "T"), new("B", "T")], [new("C", "T1")], [], [("T", types), ("T1", TypeSet.Bool)]) { From = from };

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) => [new(DType.Bool, scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Bool ? CompileNumber<byte>(spec) : base.Compile(spec);
}
