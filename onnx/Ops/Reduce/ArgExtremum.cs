using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The index of an extreme element along an axis: of the first one of equals, or of the last.</summary>
/// <remarks>NaN is more extreme than any number.</remarks>
internal abstract class ArgExtremum : NumberOp
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T")],
        [new("reduced", "R")],
        [AttributeSchema.Int("axis"), AttributeSchema.Int("keepdims"), AttributeSchema.Int("select_last_index")],
        [("T", TypeSet.Numbers), ("R", TypeSet.Int64)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [new(DType.Int64, null)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", 0), shape.Rank);
        bool keep = scope.Attributes.Int("keepdims", 1) != 0;
        return shape[axis] is { Size: 0 }
            ? throw scope.Error($"axis {axis} of shape {shape} is empty")
            : [new(DType.Int64, new TensorShape([.. shape.Dims.Select((d, i) => i == axis ? Dim.Of(1) : d).Where((_, i) => keep || i != axis)]))];
    }

    protected abstract bool IsBetter<T>(T value, T best)
        where T : INumber<T>;

    protected override unsafe Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        var axes = new AxisLayout(x.Shape, spec.Attributes.Int("axis", 0));
        bool last = spec.Attributes.Int("select_last_index", 0) != 0;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, axes.Count));
        Action<int> body = item =>
        {
            int end = Math.Min(y.Length, (item + 1) * perItem);
            for (int i = item * perItem; i < end; i++)
            {
                T* from = (T*)x.Pointer + ((long)(i / axes.Inner) * axes.Count * axes.Inner) + (i % axes.Inner);
                T best = from[0];
                int index = 0;
                for (int k = 1; k < axes.Count; k++)
                {
                    T value = from[(long)k * axes.Inner];
                    bool better = T.IsNaN(value) ? last || !T.IsNaN(best) : IsBetter(value, best) || (last && value == best);
                    best = better ? value : best;
                    index = better ? k : index;
                }

                ((long*)y.Pointer)[i] = index;
            }
        };
        int items = (y.Length + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
