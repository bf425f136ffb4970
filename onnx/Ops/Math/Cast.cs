using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Conversion of the element type.</summary>
/// <remarks>See <see cref="Conversion"/> for what happens out of range.</remarks>
internal sealed class Cast : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("input", "T1")],
        [new("output", "T2")],
        [AttributeSchema.Int("to", required: true)],
        [("T1", TypeSet.All), ("T2", TypeSet.All)])
    { From = 9 };

    public override Gradient Gradient => Gradient.Of(s => [s.In(0).Type.Type.IsFloating() ? s.Builder.Cast(s.DY, s.In(0).Type.Type) : null]);

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope)
    {
        var to = (DType)scope.Attributes.Int("to", 0);
        return TypeSet.All.Contains(to) ? [new(to, scope.Shape(0))] : throw scope.NotSupported($"no conversion to element type {to}", $"known are: {TypeSet.All}");
    }

    public override Kernel Compile(KernelSpec spec) => Conversion.Make(spec);
}
