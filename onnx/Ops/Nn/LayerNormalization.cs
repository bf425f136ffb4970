using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (X - mean) / √(variance + ε) · Scale + B, over all dimensions from an axis on.</summary>
/// <remarks>Scale and B have the shape of those dimensions, or one element. Mean and the inverse deviation are of X's type.</remarks>
internal sealed class LayerNormalization : Op
{
    public override OpSchema Schema { get; } = new(
        17,
        [new("X", "T"), new("Scale", "T"), new("B", "T", Optional: true)],
        [new("Y", "T"), new("Mean", "T"), new("InvStdDev", "T")],
        [AttributeSchema.Int("axis"), AttributeSchema.Float("epsilon"), AttributeSchema.Int("stash_type")],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value[] both = LayerNormGrad.Of(g, s.DY, s.In(0), s.In(1), s.Attributes.Int("axis", -1), Epsilon(s.Attributes));
        return [both[0], both[1], s.Has(2) ? s.DY : null];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [scope.In(0), scope.In(0), scope.In(0)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", -1), shape.Rank);
        var row = new TensorShape([.. shape.Dims.Skip(axis)]);
        for (int i = 1; i < 3; i++)
        {
            bool fits = !scope.Has(i) || scope.Shape(i) is not { IsStatic: true } given || !row.IsStatic || given.ElementCount == 1 || given == row;
            if (!fits)
            {
                throw scope.NotSupported($"input {i} has shape {scope.Shape(i)}, expected {row} or one element");
            }
        }

        var statistics = new TensorType(scope.Type(0), new TensorShape([.. shape.Dims.Select((d, i) => i < axis ? d : Dim.Of(1))]));
        return [scope.In(0), statistics, statistics];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        int axis = Axes.Of(spec.Attributes.Int("axis", -1), x.Shape.Length);
        int length = Tensor.LengthOf(x.Shape[axis..]);
        Slot? bias = spec.HasIn(2) ? spec.In(2) : null;
        bool isPerRow = spec.In(1).Length == 1;
        if (bias is not null && (bias.Length == 1) != isPerRow && length != 1)
        {
            throw AnnealException.NotSupported("Scale and B have different shapes", [nameof(LayerNormalization)]).In(spec.Node);
        }

        return NormRows.Make<T>(
            spec, length, isPerRow, Epsilon(spec.Attributes), bias, spec.HasOut(1) ? spec.Out(1) : null, spec.HasOut(2) ? spec.Out(2) : null);
    }

    private static float Epsilon(Attributes attributes) => attributes.Float("epsilon", 1e-5f);
}
