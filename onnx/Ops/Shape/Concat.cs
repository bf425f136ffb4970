using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Joins tensors along an axis.</summary>
public sealed class Concat : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("inputs", "T", Variadic: true)],
        [new("concat_result", "T")],
        [AttributeSchema.Int("axis", required: true)],
        [("T", TypeSet.All)])
    { From = 4 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value[] inputs = [.. Enumerable.Range(0, s.Node.Inputs.Length).Select(s.In)];
        if (inputs.Length == 1)
        {
            return [s.DY];
        }

        int axis = Axes.Of(s.Attributes.Int("axis", 0), s.DY.Rank);
        Value sizes = inputs.All(i => i.Shape[axis].IsKnown)
            ? g.Longs([.. inputs.Select(i => (long)i.Shape[axis].Size)])
            : g.Node("Concat", [.. inputs.Select(i => g.Node("Shape", [i], Attributes.Of(("start", (long)axis), ("end", (long)axis + 1))))], Attributes.Of(("axis", 0L)));
        return g.Node("Split", [s.DY, sizes], inputs.Length, Attributes.Of(("axis", (long)axis)));
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape[] shapes = [.. Enumerable.Range(0, scope.InputCount).Select(scope.Shape).OfType<TensorShape>()];
        if (shapes.Length == 0)
        {
            return [new(scope.Type(0), null)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", 0), shapes[0].Rank);
        var dims = shapes[0].Dims.ToArray();
        bool isComplete = shapes.Length == scope.InputCount;
        long total = 0;
        foreach (TensorShape shape in shapes)
        {
            if (shape.Rank != dims.Length)
            {
                throw Misfit(scope, shapes[0], shape, axis);
            }

            isComplete &= shape[axis].IsKnown;
            total += shape[axis].Size;
            for (int d = 0; d < dims.Length; d++)
            {
                if (d != axis && dims[d].IsKnown && shape[d].IsKnown && dims[d] != shape[d])
                {
                    throw Misfit(scope, shapes[0], shape, axis);
                }

                dims[d] = dims[d].IsKnown || shape[d] == Dim.Unknown ? dims[d] : shape[d].IsKnown || dims[d] == Dim.Unknown ? shape[d] : dims[d];
            }
        }

        dims[axis] = isComplete ? Axes.Size(scope, total) : shapes.Length == 1 && scope.InputCount == 1 ? dims[axis] : Dim.Unknown;
        return [new(scope.Type(0), new TensorShape(dims))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), y.Shape.Length);
        int[] strides = StridedCopy.Dense(y.Shape);
        var copies = new StridedCopy[spec.InputCount];
        int start = 0;
        for (int i = 0; i < copies.Length; i++)
        {
            Slot x = spec.In(i);
            copies[i] = new StridedCopy(x, y, x.Shape, StridedCopy.Dense(x.Shape), strides, 0, start * strides[axis]);
            start += x.Shape[axis];
        }

        return team =>
        {
            foreach (StridedCopy copy in copies)
            {
                copy.Run(team);
            }
        };
    }

    private static AnnealException Misfit(InferenceScope scope, TensorShape first, TensorShape other, int axis) =>
        scope.Error($"shapes {first} and {other} do not join along axis {axis}");
}
