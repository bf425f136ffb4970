using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>L = -w[label] · log softmax(scores)[label], over the classes in axis 1; reduced to a mean weighted by w, a sum, or not at all.</summary>
/// <remarks>
/// Rows whose label is ignore_index count nothing; the mean of none is NaN. Sums are in element order, in double.
/// The gradient is cheapest where the node's second output, the logarithms, is asked for.
/// </remarks>
internal sealed unsafe class SoftmaxCrossEntropyLoss : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("scores", "T"), new("labels", "Tind"), new("weights", "T", Optional: true)],
        [new("output", "T"), new("log_prob", "T")],
        [AttributeSchema.Int("ignore_index"), AttributeSchema.String("reduction")],
        [("T", TypeSet.Floats), ("Tind", TypeSet.Indices)])
    { From = 12 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.In(0).Type.Type;
        Value labels = s.In(1);
        Value logProb = s.Node.HasOutput(1) ? s.Out(1) : g.Node("LogSoftmax", [s.In(0)], Attributes.Of(("axis", 1L)));
        Value? dScores = null;
        Value? dWeights = null;
        if (s.DOut(0) is { } dLoss)
        {
            Value? weight = null;
            Value known = labels;
            Value? ignored = null;
            if (s.Attributes.Find("ignore_index") is AttributeValue.Int ignore)
            {
                ignored = g.Equal(labels, g.Scalar(ignore.Value, labels.Type.Type));
                known = g.Where(ignored, g.Scalar(0, labels.Type.Type), labels);
            }

            if (s.Has(2))
            {
                weight = g.Node("Gather", [s.In(2), known]);
            }

            if (ignored is not null)
            {
                weight = g.Where(ignored, g.Scalar(0, type), weight ?? g.Scalar(1, type));
            }

            Value scale = dLoss;
            bool isMean = Reduction(s.Attributes) == "mean";
            if (isMean)
            {
                scale = weight is not null ? g.Div(dLoss, g.ReduceSum(weight, false))
                    : labels.Type.Shape?.ElementCount is { } count ? g.Div(dLoss, g.Scalar(count, type))
                    : g.Div(dLoss, g.Cast(g.Node("Size", [labels]), type));
            }

            dWeights = s.Has(2) ? ClassWeights.Gradient(s, logProb, known, ignored, scale, isMean) : null;
            scale = weight is null ? scale : g.Mul(scale, weight);
            dScores = g.Node(nameof(SoftmaxCrossEntropyGrad), [scale, logProb, labels], domain: Model.AnnealDomain);
        }

        if (s.DOut(1) is { } dLogProb)
        {
            Value through = g.Sub(dLogProb, g.Mul(g.Exp(logProb), g.ReduceSum(dLogProb, true, 1)));
            dScores = dScores is null ? through : g.Add(dScores, through);
        }

        return [dScores, null, dWeights];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        string reduction = Reduction(scope.Attributes);
        if (reduction is not ("none" or "sum" or "mean"))
        {
            throw scope.Error($"reduction '{reduction}' is not known", "use none, sum or mean");
        }

        if (scope.Shape(0) is { } scores && scope.Shape(1) is { } labels)
        {
            bool fits = scores.Rank == labels.Rank + 1 && scores.Rank >= 2;
            for (int i = 0; fits && i < labels.Rank; i++)
            {
                Dim d = scores[i == 0 ? 0 : i + 1];
                fits = !d.IsKnown || !labels[i].IsKnown || d == labels[i];
            }

            if (!fits)
            {
                throw scope.Error($"labels of shape {labels} do not fit scores of shape {scores}", "labels have the shape of the scores without their axis 1");
            }

            if (scope.Has(2) && scope.Shape(2) is { } weights && (weights.Rank != 1 || (weights[0].IsKnown && scores[1].IsKnown && weights[0] != scores[1])))
            {
                throw scope.Error($"weights of shape {weights} do not fit {scores[1]} classes");
            }
        }

        return [new(scope.Type(0), reduction == "none" ? scope.Shape(1) : TensorShape.Scalar), scope.In(0)];
    }

    public override Kernel Compile(KernelSpec spec) => (spec.In(0).Type, spec.In(1).Type) switch
    {
        (DType.Float, DType.Int64) => Make<float, long>(spec),
        (DType.Float, DType.Int32) => Make<float, int>(spec),
        (DType.Double, DType.Int64) => Make<double, long>(spec),
        (DType.Double, DType.Int32) => Make<double, int>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static string Reduction(Attributes attributes) => attributes.String("reduction", "mean");

    private static Kernel Make<T, TLabel>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
        where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        Slot scores = spec.In(0);
        Slot labels = spec.In(1);
        Slot? weights = spec.HasIn(2) ? spec.In(2) : null;
        Slot loss = spec.Out();
        Slot logProb = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(scores.ByteLength);
        var axes = new AxisLayout(scores.Shape, 1);
        long? ignore = (spec.Attributes.Find("ignore_index") as AttributeValue.Int)?.Value;
        string reduction = Reduction(spec.Attributes);
        Kernel softmax = SoftmaxRows.Make<T>(spec, scores, logProb, axes, log: true);
        Node node = spec.Node;
        return team =>
        {
            softmax(team);
            var label = (TLabel*)labels.Pointer;
            double sum = 0;
            double total = 0;
            for (int i = 0; i < labels.Length; i++)
            {
                long c = long.CreateTruncating(label[i]);
                T value = T.Zero;
                if (c != ignore)
                {
                    if (c < 0 || c >= axes.Count)
                    {
                        throw AnnealException.BadData($"label {c} of row {i / axes.Inner} is outside [0, {axes.Count})").In(node);
                    }

                    T weight = weights is null ? T.One : ((T*)weights.Pointer)[c];
                    value = -weight * ((T*)logProb.Pointer)[((((long)(i / axes.Inner) * axes.Count) + c) * axes.Inner) + (i % axes.Inner)];
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
