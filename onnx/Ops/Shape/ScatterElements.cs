using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>A copy of the data with single elements replaced or reduced: along the axis, update i goes to index indices[i].</summary>
/// <remarks>Where indices repeat, updates are reduced in their order; without a reduction the last one stays.</remarks>
public sealed class ScatterElements : Scatter
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        18,
        [new("data", "T"), new("indices", "Tind"), new("updates", "T")],
        [new("output", "T")],
        [AttributeSchema.Int("axis"), AttributeSchema.String("reduction")],
        [("T", TypeSet.NumbersAndBool), ("Tind", TypeSet.Indices)])
    { From = 11 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Attributes axis = Attributes.Of(("axis", s.Attributes.Int("axis", 0)));
        return Differentiate(
            s,
            (data, updates, reduction) => g.Node("ScatterElements", [data, s.In(1), updates], axis.With("reduction", reduction)),
            value => g.Node("GatherElements", [value, s.In(1)], axis));
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        CheckReduction(scope);
        if (scope.Shape(0) is { } data)
        {
            scope.Axis(scope.Attributes.Int("axis", 0), data.Rank);
        }

        if (scope.Shape(1) is { } indices && scope.Shape(2) is { } updates && indices != updates && indices.IsStatic && updates.IsStatic)
        {
            throw scope.Error($"indices of shape {indices} do not fit updates of shape {updates}");
        }

        GatherElements.CheckIndices(scope);
        return [scope.In(0)];
    }

    private protected override unsafe Kernel Compile<T, TReduction>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Slot updates = spec.In(2);
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), x.Shape.Length);
        var lines = new AxisLines(x.Shape, updates.Shape, axis);
        var indices = new Indexing(spec.Node, spec.In(1), axis, x.Shape[axis]);
        Kernel copy = Views.Copy(spec);
        Action<int> body = item =>
        {
            int last = Math.Min(lines.Count, (item + 1) * lines.PerItem);
            for (int line = item * lines.PerItem; line < last; line++)
            {
                (int data, int index) = lines.Start(line);
                T* to = (T*)y.Pointer + data;
                for (int i = 0; i < lines.Length; i++, index += lines.IndexStep)
                {
                    T* element = to + ((nint)indices.At(index) * lines.DataStep);
                    *element = TReduction.Combine(*element, ((T*)updates.Pointer)[index]);
                }
            }
        };
        return team =>
        {
            copy(team);
            team.Run(lines.Items, body);
        };
    }
}
