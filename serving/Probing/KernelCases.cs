using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Probing;

/// <summary>A node for every standard op that is known here: those of layers, losses, gradients, updates and the bodies of invented ops, and those that only imported models hold.</summary>
internal static class KernelCases
{
    private static readonly DType[] s_floats = [DType.Float, DType.Float16, DType.BFloat16, DType.Double];
    private static readonly DType[] s_integers = [DType.Int64, DType.Int32, DType.UInt64];
    private static readonly DType[] s_numbers = [.. s_floats, DType.Int64, DType.Int32];
    private static readonly DType[] s_values = [.. s_numbers, DType.UInt8, DType.Bool];
    private static readonly DType[] s_bool = [DType.Bool];
    private static readonly DType[] s_int64 = [DType.Int64];
    private static readonly DType[] s_float = [DType.Float];
    private static readonly DType[] s_uint8 = [DType.UInt8];

    /// <summary>The nodes, by the op's name.</summary>
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        .. Named("Add Sub Mul Div").Select(op => Of(op, [.. s_numbers, DType.UInt64], T(2, 3), T(3))),
        .. Named("Pow PRelu").Select(op => Of(op, s_floats, T(2, 3), T(3))),
        .. Named("Max Min Sum Mean").Select(op => Of(op, s_floats, T(2, 3), T(3))),
        .. Named("Abs Neg Sign").Select(op => Of(op, s_numbers, T(2, 3))),
        .. Named("Exp Log Sqrt Reciprocal Sigmoid Tanh Relu Erf Softplus Softsign Elu Selu Celu LeakyRelu ThresholdedRelu HardSigmoid HardSwish Floor Ceil Round Sin Cos")
            .Select(op => Of(op, s_floats, T(2, 3))),
        .. Named("Acos Acosh Asin Asinh Atan Atanh Cosh Hardmax LpNormalization Mish Sinh Tan Dropout").Select(op => Of(op, s_floats, T(2, 3))),
        .. Named("IsNaN IsInf").Select(op => Of(op, s_floats, T(2, 3))),
        .. Named("Equal Greater GreaterOrEqual Less LessOrEqual").Select(op => Of(op, s_numbers, T(2, 3), T(3))),
        .. Named("And Or Xor").Select(op => Of(op, s_bool, T(2, 3), T(3))),
        Of("Not", s_bool, T(2, 3)),
        .. Named("Mod BitwiseAnd BitwiseOr BitwiseXor").Select(op => Of(op, s_integers, T(2, 3), T(3))),
        Of("BitwiseNot", s_integers, T(2, 3)),
        Of("BitShift", [DType.UInt64], Attributes.Of(("direction", "LEFT")), 1, T(2, 3), T(3)),
        Of("Shrink", s_numbers, T(2, 3)),
        Of("Clip", s_floats, T(2, 3), T(), T()),
        Of("Where", s_values, In(DType.Bool, 2, 3), T(3), T(2, 3)),
        Of("Cast", [.. s_values, DType.UInt64], Attributes.Of(("to", (long)DType.Float)), 1, T(2, 3)),
        Of("CastLike", s_numbers, In(DType.Float, 2, 3), T()),
        .. Named("Identity Shape Size Flatten Transpose").Select(op => Of(op, s_values, T(2, 3))),
        .. Named("Reshape Expand").Select(op => Of(op, s_values, T(2, 3), Longs(2, 3))),
        Of("Squeeze", s_values, T(1, 3), Longs(0)),
        Of("Unsqueeze", s_values, T(2, 3), Longs(0)),
        Of("Concat", s_values, Attributes.Of(("axis", 0L)), 1, T(2, 3), T(1, 3)),
        Of("Split", s_values, Attributes.Of(("axis", 1L), ("num_outputs", 2L)), 2, T(2, 4)),
        Of("Slice", s_values, T(4, 3), Longs(1), Longs(3), Longs(0)),
        Of("Gather", s_values, T(4, 3), In(DType.Int64, 2)),
        Of("GatherND", s_values, T(4, 3), In(DType.Int64, 2, 1)),
        Of("GatherElements", s_values, T(4, 3), In(DType.Int64, 2, 3)),
        Of("ScatterElements", s_floats, Attributes.Of(("axis", 0L), ("reduction", "add")), 1, T(4), In(DType.Int64, 3), T(3)),
        Of("ScatterND", s_floats, Attributes.Of(("reduction", "add")), 1, T(4, 3), In(DType.Int64, 2, 1), T(2, 3)),
        Of("DepthToSpace", s_floats, Attributes.Of(("blocksize", 2L)), 1, T(1, 4, 2, 2)),
        Of("SpaceToDepth", s_floats, Attributes.Of(("blocksize", 2L)), 1, T(1, 1, 4, 4)),
        Of("Resize", s_floats, T(1, 1, 2, 2), null, null, Longs(1, 1, 4, 4)),
        Of("EyeLike", s_numbers, T(3, 3)),
        Of("NonZero", s_values, T(2, 3)),
        Of("Tile", s_floats, T(2, 3), Longs(2, 1)),
        Of("Pad", s_floats, T(2, 3), Longs(0, 1, 0, 1)),
        Of("Trilu", s_floats, T(3, 3)),
        Of("CumSum", s_floats, T(3), Scalar(0)),
        Of("Range", [DType.Int64, DType.Float], T(), T(), T()),
        Of("ConstantOfShape", s_int64, Longs(2, 3)),
        Of("OneHot", s_floats, In(DType.Int64, 3), Scalar(4), T(2)),
        Of("TopK", s_floats, Attributes.None, 2, T(2, 3), Longs(1)),
        .. Named("ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp").Select(op => Of(op, s_floats, T(2, 3), Longs(1))),
        .. Named("ArgMax ArgMin").Select(op => Of(op, s_floats, T(2, 3))),
        Of("Gemm", s_floats, T(2, 3), T(3, 4), T(4)),
        Of("MatMul", s_floats, T(2, 2, 3), T(3, 4)),
        Of("Einsum", s_floats, Attributes.Of(("equation", "tng,tni->gi")), 1, T(2, 3, 4), T(2, 3, 5)),
        Of("Conv", s_floats, T(1, 2, 5, 5), T(3, 2, 3, 3)),
        Of("ConvTranspose", s_floats, T(1, 3, 3, 3), T(3, 2, 3, 3)),
        Of("MaxPool", s_floats, Attributes.Of(("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })), 2, T(1, 2, 4, 4)),
        Of("AveragePool", s_floats, Attributes.Of(("kernel_shape", new long[] { 2, 2 })), 1, T(1, 2, 4, 4)),
        .. Named("GlobalAveragePool GlobalMaxPool").Select(op => Of(op, s_floats, T(1, 2, 4, 4))),
        Of("BatchNormalization", s_floats, T(2, 3, 2, 2), T(3), T(3), T(3), T(3)),
        Of("InstanceNormalization", s_floats, T(2, 3, 4), T(3), T(3)),
        Of("GroupNormalization", s_floats, Attributes.Of(("num_groups", 2L)), 1, T(2, 4, 3), T(2), T(2)),
        Of("MeanVarianceNormalization", s_floats, T(2, 3, 2, 2)),
        Of("LayerNormalization", s_floats, T(2, 3), T(3), T(3)),
        Of("LRN", s_floats, Attributes.Of(("size", 3L)), 1, T(1, 4, 2, 2)),
        .. Named("Softmax LogSoftmax").Select(op => Of(op, s_floats, T(2, 3))),
        Of("SoftmaxCrossEntropyLoss", s_floats, Attributes.None, 2, T(2, 3), In(DType.Int64, 2)),
        Of("NegativeLogLikelihoodLoss", s_floats, T(2, 3), In(DType.Int64, 2)),
        Recurrent("LSTM", 4),
        Recurrent("GRU", 3),
        Recurrent("RNN", 1),
        Of("Scan", s_float, Attributes.Of(("body", new AttributeValue.GraphValue(RunningSum)), ("num_scan_inputs", 1L)), 2, T(3), T(2, 3)),
        Of("QuantizeLinear", s_float, T(2, 3), T(), In(DType.UInt8)),
        Of("DequantizeLinear", s_float, In(DType.UInt8, 2, 3), T(), In(DType.UInt8)),
        Of("DynamicQuantizeLinear", s_float, Attributes.None, 3, T(2, 3)),
        Of("MatMulInteger", s_uint8, T(2, 3), T(3, 4)),
        Of("ConvInteger", s_uint8, T(1, 1, 3, 3), T(1, 1, 2, 2)),
        Ml("ArrayFeatureExtractor", s_float, Attributes.None, 1, T(2, 4), Longs(3, 0)),
        Ml("Binarizer", s_float, Attributes.None, 1, T(2, 3)),
        Ml("Imputer", s_float, Attributes.Of(("imputed_value_floats", Floats(2f)), ("replaced_value_float", 1f)), 1, T(2, 3)),
        Ml("LabelEncoder", s_int64, Attributes.Of(("keys_int64s", new[] { 1L }), ("values_int64s", new[] { 2L })), 1, T(3)),
        Ml("LinearClassifier", s_float, Attributes.Of(("classlabels_ints", new[] { 0L, 1L }), ("coefficients", Floats(1f, 2f, 3f, 4f)), ("intercepts", Floats(0f, 1f))), 2, T(3, 2)),
        Ml("LinearRegressor", s_float, Attributes.Of(("coefficients", Floats(1f, 2f))), 1, T(3, 2)),
        Ml("Normalizer", s_float, Attributes.Of(("norm", "L2")), 1, T(2, 3)),
        Ml("OneHotEncoder", s_float, Attributes.Of(("cats_int64s", new[] { 0L, 1L })), 1, T(3, 1)),
        Ml("Scaler", s_float, Attributes.Of(("offset", Floats(0f)), ("scale", Floats(2f))), 1, T(2, 3)),
    ];

    /// <summary>Standard ops that are not probed, each with the reason.</summary>
    public static IReadOnlyDictionary<string, string> NotProbed { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Constant"] = "it computes nothing: a session reads it as an initializer",
        ["If"] = "it chooses between branches, whose nodes are probed",
    };

    /// <summary>Names what is asked: answers to other cases are not these.</summary>
    public static string Version { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(All.Select(c =>
        $"{c.Domain}{c.Op} {string.Join(' ', c.Types)} {string.Join(' ', c.Attributes.Select(a => $"{a.Key}={GraphPrinter.Print(a.Value)}"))} {string.Join(' ', c.Inputs.Select(i => i is null ? "-" : $"{i.Type}[{string.Join(',', i.Shape)}]"))};")))))[..12];

    private static string[] Named(string names) => names.Split(' ');

    private static KernelCase Of(string op, DType[] types, params KernelCase.Input?[] inputs) => Of(op, types, Attributes.None, 1, inputs);

    private static KernelCase Of(string op, DType[] types, Attributes attributes, int outputs, params KernelCase.Input?[] inputs) => new(op, inputs, attributes, outputs, types);

    private static KernelCase Ml(string op, DType[] types, Attributes attributes, int outputs, params KernelCase.Input?[] inputs) => Of(op, types, attributes, outputs, inputs) with { Domain = Model.MlDomain };

    // A step of a loop: the sum so far, as the next state and as what is stacked.
    private static Graph RunningSum
    {
        get
        {
            var row = TensorType.Of(DType.Float, 3);
            var g = new GraphBuilder("running");
            Value sum = g.Add(g.Input("state", row), g.Input("slice", row));
            g.Output(sum, "next");
            g.Output(g.Node("Identity", [sum]), "stacked");
            return g.Build();
        }
    }

    private static KernelCase Recurrent(string op, int gates) =>
        Of(op, s_floats, Attributes.Of(("hidden_size", 2L)), 2, T(3, 1, 4), T(1, gates * 2, 4), T(1, gates * 2, 2));

    private static KernelCase.Input T(params int[] shape) => new(null, shape, null);

    private static KernelCase.Input In(DType type, params int[] shape) => new(type, shape, null);

    private static KernelCase.Input Longs(params long[] values) => new(DType.Int64, [values.Length], values);

    private static AttributeValue Floats(params float[] values) => new AttributeValue.Floats([.. values]);

    private static KernelCase.Input Scalar(long value) => new(DType.Int64, [], [value]);
}
