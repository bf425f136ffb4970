using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (X - mean) / √(variance + ε) · scale + bias, over each group of channels of each sample of [N, C, ...]; scale and bias have one element for each group.</summary>
internal sealed class GroupNormalization : Op
{
    public override OpSchema Schema { get; } = new(
        18,
        [new("X", "T"), new("scale", "T"), new("bias", "T")],
        [new("Y", "T")],
        [AttributeSchema.Float("epsilon"), AttributeSchema.Int("num_groups", required: true)],
        [("T", TypeSet.Floats)])
    { Until = 20 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value groups = g.Longs(0, s.Attributes.Int("num_groups", 1), -1);
        Value x = g.Node("Reshape", [s.In(0), groups]);
        Value dY = g.Node("Reshape", [s.DY, groups]);
        Value[] both = LayerNormGrad.Of(g, dY, x, g.Unsqueeze(s.In(1), 1), 2, Epsilon(s.Attributes));
        return [g.ReshapeLike(both[0], s.In(0)), g.ReduceSum(both[1], false, 0, 2), g.ReduceSum(dY, false, 0, 2)];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope)
    {
        long groups = scope.Attributes.Int("num_groups", 0);
        bool fits = groups > 0 && (scope.Shape(0) is not { } shape || (shape.Rank >= 2 && (!shape[1].IsKnown || shape[1].Size % groups == 0)));
        for (int i = 1; fits && i < 3; i++)
        {
            fits = scope.Shape(i) is not { } given || (given.Rank == 1 && (!given[0].IsKnown || given[0].Size == groups));
        }

        return fits
            ? [scope.In(0)]
            : throw scope.Error($"X {scope.Shape(0)}, scale {scope.Shape(1)} and bias {scope.Shape(2)} are not of {groups} groups");
    }

    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        int rows = checked(x.Shape[0] * (int)spec.Attributes.Int("num_groups", 1));
        int length = rows == 0 ? 0 : x.Length / rows;
        float epsilon = Epsilon(spec.Attributes);
        return x.Type == DType.Float
            ? NormRows.Make<float>(spec, length, perRow: true, epsilon, spec.In(2), null, null)
            : NormRows.Make<double>(spec, length, perRow: true, epsilon, spec.In(2), null, null);
    }

    private static float Epsilon(Attributes attributes) => attributes.Float("epsilon", 1e-5f);
}
