using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>What the ops of one or more inputs that broadcast together share: they are folded from the left.</summary>
internal abstract class Variadic : Binary
{
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    protected static OpSchema SchemaOf(string output, TypeSet types) =>
        new(13, [new("data_0", "T", Variadic: true)], [new(output, "T")], [], [("T", types)]) { From = 1 };

    // A fold reads its later operands after it has written its output.
    public override bool IsElementwise => false;

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? shape = scope.Shape(0);
        for (int i = 1; i < scope.InputCount; i++)
        {
            shape = scope.Broadcast(shape, scope.Shape(i));
        }

        return [new(scope.Type(0), shape)];
    }

    protected static Kernel Fold<T>(KernelSpec spec, Elementwise.Zip<T, T, T> both, Broadcast.Right<T, T> right)
        where T : unmanaged
    {
        if (spec.InputCount == 1)
        {
            return Views.Copy(spec);
        }

        Broadcast.Left<T, T> left = (a, b, y) => right(b, a, y);
        Slot y = spec.Out();
        Kernel[] steps =
        [
            Broadcast.Zip(spec.In(0), spec.In(1), y, both, right, left),
            .. Enumerable.Range(2, spec.InputCount - 2).Select(i => Broadcast.Zip(y, spec.In(i), y, both, right, left)),
        ];
        return team =>
        {
            foreach (Kernel step in steps)
            {
                step(team);
            }
        };
    }
}
