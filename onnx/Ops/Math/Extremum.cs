using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The largest or smallest of any number of operands, with broadcasting.</summary>
/// <remarks>NaN wins. Where operands are equal the gradient flows to the first of them.</remarks>
internal abstract class Extremum : Binary
{
    public override OpSchema Schema { get; } =
        new(13, [new("data_0", "T", Variadic: true)], [new("result", "T")], [], [("T", TypeSet.Numbers)]) { From = 8 };

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        var gradients = new Value?[s.Node.Inputs.Length];
        Value? taken = null;
        for (int i = 0; i < gradients.Length; i++)
        {
            Value wins = g.Equal(s.In(i), s.Out());
            gradients[i] = g.Where(taken is null ? wins : g.Node("And", [wins, g.Node("Not", [taken])]), s.DY, zero);
            taken = taken is null ? wins : g.Node("Or", [taken, wins]);
        }

        return gradients;
    });

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
