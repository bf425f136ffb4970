using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X.</summary>
public sealed class Identity : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(16, [new("input", "V")], [new("output", "V")], [], [("V", TypeSet.All)]) { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.DY]);

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Views.Copy(spec);
}
