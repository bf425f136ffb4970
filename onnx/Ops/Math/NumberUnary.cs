using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op Y = f(X) that takes integers as well.</summary>
internal abstract class NumberUnary : NumberOp
{
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    protected static OpSchema SchemaOf(int since, int from) =>
        new(since, [new("X", "T")], [new("Y", "T")], [], [("T", TypeSet.Numbers)]) { From = from };

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0)];
}
