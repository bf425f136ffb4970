using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>L = -w[target] · input[target], over the classes in axis 1; reduced to a mean weighted by w, a sum, or not at all.</summary>
/// <remarks>Elements whose target is ignore_index count nothing; the mean of none is NaN. Sums are in element order, in double.</remarks>
internal sealed unsafe class NegativeLogLikelihoodLoss : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("input", "T"), new("target", "Tind"), new("weight", "T", Optional: true)],
        [new("loss", "T")],
        [AttributeSchema.Int("ignore_index"), AttributeSchema.String("reduction")],
        [("T", TypeSet.Floats), ("Tind", TypeSet.Indices)])
    { From = 12 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value target = s.In(1);
        Value weight = g.ExpandLike(g.Scalar(1, type), target);
        Value? isIgnored = null;
        if (s.Attributes.Find("ignore_index") is AttributeValue.Int ignore)
        {
            isIgnored = g.Equal(target, g.Scalar(ignore.Value, target.Type.Type));
            target = g.Where(isIgnored, g.Scalar(0, target.Type.Type), target);
            weight = g.Where(isIgnored, g.Scalar(0, type), s.Has(2) ? g.Node("Gather", [s.In(2), target]) : weight);
        }
        else if (s.Has(2))
        {
            weight = g.Node("Gather", [s.In(2), target]);
        }

        bool isMean = Reduction(s.Attributes) == "mean";
        Value scale = isMean ? g.Div(s.DY, g.ReduceSum(weight, false)) : s.DY;
        Value updates = g.Unsqueeze(g.Neg(g.Mul(scale, weight)), 1);
        Value dInput = g.Node("ScatterElements", [g.ZerosLike(s.In(0)), g.Unsqueeze(target, 1), updates], Attributes.Of(("axis", 1L)));
        return [dInput, null, s.Has(2) ? ClassWeights.Gradient(s, s.In(0), target, isIgnored, scale, isMean) : null];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        string reduction = Reduction(scope.Attributes);
        if (reduction is not ("none" or "sum" or "mean"))
        {
            throw scope.Error($"reduction '{reduction}' is not known", "use none, sum or mean");
        }

        if (scope.Shape(0) is { } input && scope.Shape(1) is { } target)
        {
            bool fits = input.Rank == target.Rank + 1 && input.Rank >= 2;
            for (int i = 0; fits && i < target.Rank; i++)
            {
                Dim d = input[i == 0 ? 0 : i + 1];
                fits = !d.IsKnown || !target[i].IsKnown || d == target[i];
            }

            if (!fits)
            {
                throw scope.Error($"a target of shape {target} does not fit an input of shape {input}", "the target has the shape of the input without its axis 1");
            }

            if (scope.Has(2) && scope.Shape(2) is { } weight && (weight.Rank != 1 || (weight[0].IsKnown && input[1].IsKnown && weight[0] != input[1])))
            {
                throw scope.Error($"a weight of shape {weight} does not fit {input[1]} classes");
            }
        }

        return [new(scope.Type(0), reduction == "none" ? scope.Shape(1) : TensorShape.Scalar)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static string Reduction(Attributes attributes) => attributes.String("reduction", "mean");

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot input = spec.In(0);
        Slot target = spec.In(1);
        Slot? weights = spec.HasIn(2) ? spec.In(2) : null;
        Slot loss = spec.Out();
        var axes = new AxisLayout(input.Shape, 1);
        long? ignore = (spec.Attributes.Find("ignore_index") as AttributeValue.Int)?.Value;
        string reduction = Reduction(spec.Attributes);
        Node node = spec.Node;
        return _ =>
        {
            double sum = 0;
            double total = 0;
            for (int i = 0; i < target.Length; i++)
            {
                long c = Blobs.Integer(target, i);
                T value = T.Zero;
                if (c != ignore)
                {
                    if (c < 0 || c >= axes.Count)
                    {
                        throw AnnealException.BadData($"target {c} of row {i / axes.Inner} is outside [0, {axes.Count})").In(node);
                    }

                    T weight = weights is null ? T.One : ((T*)weights.Pointer)[c];
                    value = -weight * ((T*)input.Pointer)[((((long)(i / axes.Inner) * axes.Count) + c) * axes.Inner) + (i % axes.Inner)];
                    sum += double.CreateTruncating(value);
                    total += double.CreateTruncating(weight);
                }

                if (reduction == "none")
                {
                    ((T*)loss.Pointer)[i] = value;
                }
            }

            if (reduction != "none")
            {
                *(T*)loss.Pointer = T.CreateTruncating(reduction == "mean" ? sum / total : sum);
            }
        };
    }
}
