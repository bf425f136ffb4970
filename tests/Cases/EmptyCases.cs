using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Uses of ops in which a dimension has no elements.</summary>
internal sealed class EmptyCases : IOpCases
{
    private const string Refused = "what is empty is refused";

    public IEnumerable<OpCase> Cases => Elementwise.Concat(Moved).Concat(Networks).Concat(Losses).Concat(Fused).Select(c => c with { Label = "empty" });

    private static IEnumerable<OpCase> Elementwise =>
    [
        new("IsNaN", Sample.Real([0, 3])),
        new("IsInf", Sample.Real([0, 3])),
        new("Not", Sample.Bools([3, 0])),
        new("Xor", Sample.Bools([3, 0]), Sample.Bools([3, 1])),
        new("Clip", Sample.Real([0, 3]), Sample.Scalar(-1), Sample.Scalar(1)) { Differentiable = [0] },
        new("Cast", Sample.Real([0, 3])) { Attributes = Attributes.Of(("to", (long)DType.Int64)) },
        new("CastLike", Sample.Real([0, 3]), Tensor.Scalar(1L)),
        new("BitwiseAnd", Sample.Whole([0], 3), Sample.Whole([1], 3)) { NotInOrt = Refused },
        new("BitwiseOr", Sample.Whole([0], 3), Sample.Whole([1], 3)) { NotInOrt = Refused },
        new("BitwiseXor", Sample.Whole([0], 3), Sample.Whole([1], 3)) { NotInOrt = Refused },
        new("BitwiseNot", Sample.Whole([0], 3)),
        new("BitShift", Tensor.Vector<ulong>(), Tensor.Vector(1UL)) { Attributes = Attributes.Of(("direction", "LEFT")) },
        new("ArgMax", Sample.Real([0, 3])) { Attributes = Attributes.Of(("axis", -1L)), NotInOrt = Refused },
        new("ArgMin", Sample.Real([0, 3])) { Attributes = Attributes.Of(("axis", -1L)), NotInOrt = Refused },
    ];

    private static IEnumerable<OpCase> Moved =>
    [
        .. new[] { "ReduceL1", "ReduceLogSum", "ReduceLogSumExp", "ReduceMean" }.Select(op => new OpCase(op, Sample.Real([0, 3]), Tensor.Vector(-1L)) { Constants = [1], NotInOrt = Refused }),
        new("CumSum", Sample.Real([0, 3]), Tensor.Scalar(-1L)) { Constants = [1], Differentiable = [0] },
        new("DepthToSpace", Sample.Real([0, 4, 2, 3])) { Attributes = Attributes.Of(("blocksize", 2L)), NotInOrt = Refused },
        new("Einsum", Sample.Real([2, 0]), Sample.Real([0, 3])) { Attributes = Attributes.Of(("equation", "ij,jk->ik")), NotInOrt = Refused },
        new("Expand", Sample.Real([0, 1]), Tensor.Vector(2L, 0, 3)) { Constants = [1], Differentiable = [0] },
        new("EyeLike", Sample.Real([0, 3])),
        new("Flatten", Sample.Real([0, 3, 2])) { Differentiable = [0] },
        new("Gather", Sample.Real([3, 0]), Tensor.Vector(1L, -1)) { Attributes = Attributes.Of(("axis", -2L)) },
        new("GatherND", Sample.Real([3, 0]), Tensor.Of<long>([2, 1], [1, -1])),
        new("Identity", Sample.Real([0, 3])),
        new("NonZero", Sample.Real([0, 3])) { Constants = [0] },
        new("OneHot", Tensor.Vector<long>(), Tensor.Scalar(3L), Tensor.Vector(0f, 1f)) { Constants = [1] },
        new("Pad", Sample.Real([0, 3]), Tensor.Vector(1L, 0, 1, 0), Sample.Scalar(0.5)) { Constants = [1], Differentiable = [0] },
        new("Resize", Sample.Real([0, 2, 3]), null, null, Tensor.Vector(0L, 2, 6)) { Constants = [3], NotInOrt = Refused },
        new("ScatterND", Sample.Real([3, 2]), Tensor.Zeros(DType.Int64, 0, 1), Sample.Real([0, 2])) { Differentiable = [0, 2] },
        new("Shape", Sample.Real([0, 3])),
        new("Size", Sample.Real([0, 3])),
        new("Split", Sample.Real([0, 4]), Tensor.Vector(1L, 3)) { Attributes = Attributes.Of(("axis", -1L)), Constants = [1], Outputs = 2, Differentiable = [0] },
        new("Split", Sample.Real([3, 4]), Tensor.Vector(0L, 4)) { Attributes = Attributes.Of(("axis", 1L)), Constants = [1], Outputs = 2, Differentiable = [0] },
        new("Squeeze", Sample.Real([0, 1]), Tensor.Vector(-1L)) { Constants = [1], Differentiable = [0] },
        new("Unsqueeze", Sample.Real([0, 3]), Tensor.Vector(-1L)) { Constants = [1], Differentiable = [0] },
        new("Tile", Sample.Real([0, 3]), Tensor.Vector(2L, 2)) { Constants = [1], Differentiable = [0] },
        new("Tile", Sample.Real([2, 3]), Tensor.Vector(0L, 2)) { Constants = [1], Differentiable = [0] },
        new("TopK", Sample.Real([0, 3]), Tensor.Vector(2L)) { Constants = [1], Outputs = 2, NotInOrt = Refused },
        new("ConstantOfShape", Tensor.Zeros(DType.Int64, 0)) { Constants = [0] },
        new("LabelEncoder", Tensor.OfStrings([0], []))
        {
            Domain = "ai.onnx.ml",
            Attributes = Attributes.Of(("keys_strings", new AttributeValue.Strings(["a"])), ("values_int64s", new long[] { 1 })),
        },
    ];

    private static IEnumerable<OpCase> Networks
    {
        get
        {
            Tensor image = Sample.Real([0, 2, 4, 4]);
            Attributes window = Attributes.Of(("kernel_shape", new long[] { 2, 2 }));
            Tensor channel = Sample.Real([2], 0.5, 2);
            yield return new("MaxPool", image) { Attributes = window, Outputs = 2, NotInOrt = Refused };
            yield return new("AveragePool", image) { Attributes = window, Differentiable = [0], NotInOrt = Refused };
            yield return new("GlobalAveragePool", image) { NotInOrt = Refused };
            yield return new("GlobalMaxPool", image) { NotInOrt = Refused };
            yield return new("ConvTranspose", image, Sample.Real([2, 3, 2, 2])) { NotInOrt = Refused };
            yield return new("BatchNormalization", image, channel, channel, channel, channel) { NotInOrt = Refused };
            yield return new("InstanceNormalization", image, channel, channel) { NotInOrt = Refused };
            yield return new("GroupNormalization", image, channel, channel) { Attributes = Attributes.Of(("num_groups", 2L)), NotInOrt = Refused };
            yield return new("MeanVarianceNormalization", image) { NotInOrt = Refused };
            yield return new("LRN", image) { Attributes = Attributes.Of(("size", 3L)), NotInOrt = Refused };
            yield return new("LpNormalization", Sample.Real([0, 3])) { Attributes = Attributes.Of(("axis", -1L)), Differentiable = [0], NotInOrt = Refused };
            yield return new("Dropout", Sample.Real([0, 3])) { Differentiable = [0] };
            foreach ((string op, int gates) in new[] { ("RNN", 1), ("GRU", 3), ("LSTM", 4) })
            {
                foreach ((int steps, int batch) in new[] { (3, 0), (0, 2) })
                {
                    yield return new(op, Sample.Real([steps, batch, 2]), Sample.Real([1, gates * 3, 2]), Sample.Real([1, gates * 3, 3]))
                    {
                        Attributes = Attributes.Of(("hidden_size", 3L)),
                        Outputs = 2,
                        NotInOrt = Refused,
                    };
                }
            }
        }
    }

    private static IEnumerable<OpCase> Losses
    {
        get
        {
            foreach (string reduction in new[] { "none", "sum" })
            {
                foreach (string op in new[] { "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss" })
                {
                    yield return new(op, Sample.Real([0, 3]), Tensor.Vector<long>()) { Attributes = Attributes.Of(("reduction", reduction)), NotInOrt = Refused };
                }
            }
        }
    }

    private static IEnumerable<OpCase> Fused
    {
        get
        {
            Attributes product = Attributes.Of(("alpha", 0.5f), ("transA", 0L), ("transB", 0L));
            Attributes window = Attributes.Of(
                ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 1, 1 }), ("dilations", new long[] { 1, 1 }), ("group", 1L));
            Tensor image = Sample.Real([0, 2, 4, 4]);
            Tensor filters = Sample.Real([3, 2, 3, 3]);
            Tensor channel = Sample.Real([2], 0.5, 2);
            Tensor zero = Sample.Scalar(0);
            foreach ((string op, int gates, int parts, string? own) in new[] { ("GRU", 3, 4, "linear_before_reset"), ("LSTM", 4, 4, null), ("RNN", 1, 1, "relu") })
            {
                bool hasCell = op == "LSTM";
                Attributes reverse = Attributes.Of(("reverse", new long[] { 0 }));
                reverse = own is null ? reverse : reverse.With(own, 0);
                Tensor[] weights = [Sample.Real([3, 0, 2]), Sample.Real([1, gates * 3, 2]), Sample.Real([1, gates * 3, 3])];
                Tensor[] last = hasCell ? [zero] : [];
                yield return Ours(op + "Train", reverse, [.. weights, zero, Tensor.Scalar(3), zero, .. last]) with { Outputs = hasCell ? 5 : 4 };
                yield return Ours(
                    op + "Grad",
                    reverse,
                    [zero, zero, .. weights, Tensor.Scalar(3), Sample.Real([1, 3, 0, parts * 3]), Sample.Real([1, 4, 0, hasCell ? 6 : 3]), .. last]) with
                { Outputs = hasCell ? 6 : 5 };
            }

            yield return Ours(
                "GemmAdamStep",
                Attributes.Of(("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", 0f), ("alpha", 1f), ("transA", 0L), ("transB", 0L)),
                Sample.Real([0, 3]), Sample.Real([3, 2]), Sample.Real([0, 2]), Sample.Real([0, 2]), Sample.Real([0, 2]), Sample.Scalar(0.01), Tensor.Scalar(3L)) with
            { Outputs = 3 };
            yield return Ours("GemmRelu", product, Sample.Real([0, 3]), Sample.Real([3, 2]), Sample.Real([2])) with { Differentiable = [0, 1, 2] };
            yield return Ours("GemmReluGrad", product, Sample.Real([0, 3]), Sample.Real([3, 2]), Sample.Real([0, 2]));
            yield return Ours("ConvRelu", window, image, filters, Sample.Real([3]));
            yield return Ours("ConvGradX", window.With("output_padding", new long[] { 0, 0 }), Sample.Real([0, 3, 4, 4]), filters);
            yield return Ours("ConvGradW", window, image, Sample.Real([0, 3, 4, 4]));
            yield return Ours("MaxPoolGrad", Attributes.Of(("spatial", new long[] { 4, 4 })), Sample.Real([0, 2, 2, 2]), Tensor.Zeros(DType.Int64, 0, 2, 2, 2));
            yield return Ours("SoftmaxCrossEntropyGrad", Attributes.None, zero, Sample.Real([0, 3]), Tensor.Vector<long>());
            yield return Ours("GaussianNoise", Attributes.Of(("deviation", 0.5f), ("key", 1L)), Sample.Real([0, 3]), Tensor.Scalar(1L)) with { Differentiable = [0] };
            yield return Ours("ReluGrad", Attributes.None, Sample.Real([0, 3]), Sample.Real([0, 3]));
        }
    }

    private static OpCase Ours(string op, Attributes attributes, params Tensor?[] inputs) =>
        new(op, inputs) { Domain = Model.AnnealDomain, Attributes = attributes, NotInOrt = Refused };
}
