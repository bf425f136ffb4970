using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>What softmax and its logarithm share.</summary>
internal abstract class SoftmaxBase : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats, AttributeSchema.Int("axis"));

    public override bool IsElementwise => false;

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is { } shape)
        {
            scope.Axis(scope.Attributes.Int("axis", -1), shape.Rank);
        }

        return base.Infer(scope);
    }
}
