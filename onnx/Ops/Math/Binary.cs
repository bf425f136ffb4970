using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op C = f(A, B) with broadcasting whose output has its inputs' type.</summary>
public abstract class Binary : NumberOp
{
    /// <summary>The schema of a binary op of one element type.</summary>
    /// <param name="since">The op version.</param>
    /// <param name="types">The element types.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The schema.</returns>
    protected static OpSchema SchemaOf(int since, TypeSet types, params AttributeSchema[] attributes) =>
        new(since, [new("A", "T"), new("B", "T")], [new("C", "T")], [.. attributes], [("T", types)]) { From = 7 };

    /// <inheritdoc/>
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    /// <inheritdoc/>
    public override bool IsElementwise => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(0), scope.Broadcast(scope.Shape(0), scope.Shape(1)))];
}
