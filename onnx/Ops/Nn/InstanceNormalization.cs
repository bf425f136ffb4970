using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (X - mean) / √(variance + ε) · scale + B, over the space of each channel of each sample of [N, C, ...].</summary>
internal sealed class InstanceNormalization : Op
{
    public override OpSchema Schema { get; } = new(
        6,
        [new("input", "T"), new("scale", "T"), new("B", "T")],
        [new("output", "T")],
        [AttributeSchema.Float("epsilon")],
        [("T", TypeSet.Floats)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        int rank = s.In(0).Rank;
        long[] space = [.. Enumerable.Range(2, rank - 2).Select(d => (long)d)];
        long[] others = [0, .. space];
        Value scale = g.Unsqueeze(s.In(1), [.. space.Select(d => d - 1)]);
        Value[] both = LayerNormGrad.Of(g, s.DY, s.In(0), scale, 2, Epsilon(s.Attributes));
        return [both[0], g.ReduceSum(both[1], false, others), g.ReduceSum(s.DY, false, others)];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is { } shape)
        {
            bool fits = shape.Rank >= 3;
            for (int i = 1; fits && i < 3; i++)
            {
                fits = scope.Shape(i) is not { } given || (given.Rank == 1 && (!given[0].IsKnown || !shape[1].IsKnown || given[0] == shape[1]));
            }

            if (!fits)
            {
                throw scope.Error($"scale {scope.Shape(1)} and B {scope.Shape(2)} do not fit an input of shape {shape}", "they have one element for each channel of [N, C, ...]");
            }
        }

        return [scope.In(0)];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        int length = Tensor.LengthOf(spec.In(0).Shape[2..]);
        float epsilon = Epsilon(spec.Attributes);
        return spec.In(0).Type == DType.Float
            ? NormRows.Make<float>(spec, length, perRow: true, epsilon, spec.In(2), null, null)
            : NormRows.Make<double>(spec, length, perRow: true, epsilon, spec.In(2), null, null);
    }

    private static float Epsilon(Attributes attributes) => attributes.Float("epsilon", 1e-5f);
}
