using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X · coefficientsᵀ + intercepts, and what post_transform makes of a row.</summary>
internal sealed class LinearRegressor : NumberOp, IDecomposable
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1, [new("X", "T")], [new("Y", "F")], [.. LinearScores.Schemas, AttributeSchema.Int("targets")], [("T", Features.Numbers), ("F", TypeSet.Of(DType.Float))]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope) => [LinearScores.Infer(scope, Targets(scope.Attributes))];

    public bool Decompose(Decomposition d) => d.Return(0, LinearScores.Of(d.Attributes, Targets(d.Attributes)).Decompose(d).Answers);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => LinearScores.Of(spec.Attributes, Targets(spec.Attributes)).Compile<T>(spec, spec.Out(), first: null);

    private static int Targets(Attributes attributes) => (int)Math.Min(attributes.Int("targets", 1), int.MaxValue);
}
