using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Conversion to the element type of the second input.</summary>
internal sealed class CastLike : Op
{
    public override OpSchema Schema { get; } = new(
        15,
        [new("input", "T1"), new("target_type", "T2")],
        [new("output", "T2")],
        [],
        [("T1", TypeSet.All), ("T2", TypeSet.All)]);

    public override Gradient Gradient => Gradient.Of(s => [s.In(0).Type.Type.IsFloating() ? s.Builder.Cast(s.DY, s.In(0).Type.Type) : null, null]);

    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(1), scope.Shape(0))];

    public override Kernel Compile(KernelSpec spec) => Conversion.Make(spec);
}
