using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Probing;

/// <summary>A node for every standard op that graphs made here may hold: layers, losses, gradients, updates and the bodies of invented ops.</summary>
internal static class KernelCases
{
    private static readonly DType[] s_floats = [DType.Float, DType.Float16, DType.BFloat16, DType.Double];
    private static readonly DType[] s_integers = [DType.Int64, DType.Int32, DType.UInt64];
    private static readonly DType[] s_numbers = [.. s_floats, DType.Int64, DType.Int32];
    private static readonly DType[] s_values = [.. s_numbers, DType.UInt8, DType.Bool];
    private static readonly DType[] s_bool = [DType.Bool];
    private static readonly DType[] s_int64 = [DType.Int64];

    /// <summary>The nodes, by the op's name.</summary>
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        .. Named("Add Sub Mul Div").Select(op => Of(op, [.. s_numbers, DType.UInt64], T(2, 3), T(3))),
        .. Named("Pow PRelu").Select(op => Of(op, s_floats, T(2, 3), T(3))),
        .. Named("Max Min Sum Mean").Select(op => Of(op, s_floats, T(2, 3), T(3))),
        .. Named("Abs Neg Sign").Select(op => Of(op, s_numbers, T(2, 3))),
        .. Named("Exp Log Sqrt Reciprocal Sigmoid Tanh Relu Erf Softplus Softsign Elu Selu Celu LeakyRelu ThresholdedRelu HardSigmoid HardSwish Floor Ceil Round Sin Cos")
            .Select(op => Of(op, s_floats, T(2, 3))),
        .. Named("IsNaN IsInf").Select(op => Of(op, s_floats, T(2, 3))),
        .. Named("Equal Greater GreaterOrEqual Less LessOrEqual").Select(op => Of(op, s_numbers, T(2, 3), T(3))),
        .. Named("And Or").Select(op => Of(op, s_bool, T(2, 3), T(3))),
        Of("Not", s_bool, T(2, 3)),
        Of("Mod", s_integers, T(2, 3), T(3)),
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
        Of("GatherElements", s_values, T(4, 3), In(DType.Int64, 2, 3)),
        Of("ScatterElements", s_floats, Attributes.Of(("axis", 0L), ("reduction", "add")), 1, T(4), In(DType.Int64, 3), T(3)),
        Of("ScatterND", s_floats, Attributes.Of(("reduction", "add")), 1, T(4, 3), In(DType.Int64, 2, 1), T(2, 3)),
        Of("Tile", s_floats, T(2, 3), Longs(2, 1)),
        Of("Pad", s_floats, T(2, 3), Longs(0, 1, 0, 1)),
        Of("Trilu", s_floats, T(3, 3)),
        Of("CumSum", s_floats, T(3), Scalar(0)),
        Of("Range", [DType.Int64, DType.Float], T(), T(), T()),
        Of("ConstantOfShape", s_int64, Longs(2, 3)),
        Of("OneHot", s_floats, In(DType.Int64, 3), Scalar(4), T(2)),
        Of("TopK", s_floats, Attributes.None, 2, T(2, 3), Longs(1)),
        .. Named("ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp").Select(op => Of(op, s_floats, T(2, 3), Longs(1))),
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
        Of("LayerNormalization", s_floats, T(2, 3), T(3), T(3)),
        Of("LRN", s_floats, Attributes.Of(("size", 3L)), 1, T(1, 4, 2, 2)),
        .. Named("Softmax LogSoftmax").Select(op => Of(op, s_floats, T(2, 3))),
        Of("SoftmaxCrossEntropyLoss", s_floats, Attributes.None, 2, T(2, 3), In(DType.Int64, 2)),
        Of("NegativeLogLikelihoodLoss", s_floats, T(2, 3), In(DType.Int64, 2)),
        Recurrent("LSTM", 4),
        Recurrent("GRU", 3),
        Recurrent("RNN", 1),
    ];

    /// <summary>Names what is asked: answers to other cases are not these.</summary>
    public static string Version { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(All.Select(c =>
        $"{c.Op} {string.Join(' ', c.Types)} {string.Join(' ', c.Attributes.Select(a => $"{a.Key}={GraphPrinter.Print(a.Value)}"))} {string.Join(' ', c.Inputs.Select(i => $"{i.Type}[{string.Join(',', i.Shape)}]"))};")))))[..12];

    private static string[] Named(string names) => names.Split(' ');

    private static KernelCase Of(string op, DType[] types, params KernelCase.Input[] inputs) => Of(op, types, Attributes.None, 1, inputs);

    private static KernelCase Of(string op, DType[] types, Attributes attributes, int outputs, params KernelCase.Input[] inputs) => new(op, inputs, attributes, outputs, types);

    private static KernelCase Recurrent(string op, int gates) =>
        Of(op, s_floats, Attributes.Of(("hidden_size", 2L)), 2, T(3, 1, 4), T(1, gates * 2, 4), T(1, gates * 2, 2));

    private static KernelCase.Input T(params int[] shape) => new(null, shape, null);

    private static KernelCase.Input In(DType type, params int[] shape) => new(type, shape, null);

    private static KernelCase.Input Longs(params long[] values) => new(DType.Int64, [values.Length], values);

    private static KernelCase.Input Scalar(long value) => new(DType.Int64, [], [value]);
}
