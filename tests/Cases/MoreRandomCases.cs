using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Random uses of the ops that <see cref="RandomCases"/> leaves, so that none with a gradient goes undrawn.</summary>
internal sealed class MoreRandomCases : IOpCases
{
    private const int Each = 24;

    // A draw takes each op of its kind in turn, so that none is left to chance.
    private static readonly (string Purpose, Func<Draw, int, OpCase> Make)[] s_kinds =
    [
        ("unary", Unary), ("lines", Lines), ("views", Views), ("moved", Moved), ("tuples", Tuples), ("einsum", Einsum), ("resize", Resize),
        ("transposed", ConvTranspose), ("channels", Channels), ("loss", Loss), ("recurrent", Recurrent), ("product", Product), ("made", Made),
    ];

    private static readonly (string Op, double Low, double High)[] s_unary =
    [
        ("Abs", 0.1, 2), ("Acos", -0.9, 0.9), ("Acosh", 1.2, 5), ("Asin", -0.9, 0.9), ("Asinh", -4, 4), ("Atan", -4, 4), ("Atanh", -0.9, 0.9), ("Celu", -2, 2), ("Cos", -4, 4),
        ("Cosh", -3, 3), ("Elu", -2, 2), ("Erf", -3, 3), ("Exp", -2, 2), ("HardSigmoid", -2, 2), ("HardSwish", -2, 2), ("LeakyRelu", 0.1, 2), ("Log", 0.3, 4), ("Mish", -4, 4),
        ("Neg", -2, 2), ("Reciprocal", 0.5, 3), ("Relu", 0.1, 2), ("Selu", 0.1, 2), ("Shrink", 0.6, 2), ("Sigmoid", -4, 4), ("Sin", -4, 4), ("Sinh", -3, 3), ("Softplus", -4, 4),
        ("Softsign", -4, 4), ("Sqrt", 0.3, 4), ("Tan", -1.4, 1.4), ("Tanh", -3, 3), ("ThresholdedRelu", 1.1, 3), ("Identity", -2, 2), ("Dropout", -2, 2), ("Clip", -2, 2), ("Cast", -2, 2),
        ("CastLike", -2, 2), ("PRelu", 0.1, 2), ("Mod", 0.1, 2), ("Mul", -2, 2), ("Sum", -2, 2),
    ];

    public IEnumerable<OpCase> Cases =>
        from kind in s_kinds
        from number in Enumerable.Range(0, kind.Purpose == "unary" ? s_unary.Length : Each)
        select kind.Make(new Draw(kind.Purpose, number), number) with { Label = string.Create(CultureInfo.InvariantCulture, $"random {kind.Purpose} {number}") };

    private static OpCase Unary(Draw draw, int number)
    {
        (string op, double low, double high) = s_unary[number];
        int[] shape = draw.Shape(0, 4);
        Tensor x = Sample.Real(shape, low, high);
        OpCase c = op switch
        {
            "CastLike" => new OpCase(op, x, Sample.Scalar(1)),
            "PRelu" or "Mul" or "Sum" => new OpCase(op, x, Sample.Real(draw.Broadcasting(shape), salt: 1)),
            "Mod" => new OpCase(op, x, Sample.Real(draw.Broadcasting(shape), 2.5, 3, 1)),
            _ => new OpCase(op, x),
        };
        return c with
        {
            Attributes = op switch
            {
                "Cast" => Attributes.Of(("to", (long)DType.Double)),
                "Mod" => Attributes.Of(("fmod", 1L)),
                _ => Attributes.None,
            },
            Differentiable = op is "Mul" or "Sum" ? [0, 1] : [0],
        };
    }

    private static OpCase Lines(Draw draw, int number)
    {
        int[] shape = Filled(draw.Shape(1, 4));
        long axis = draw.Axes(shape.Length)[0];
        int length = shape[(int)(axis < 0 ? axis + shape.Length : axis)];
        Attributes along = Attributes.Of(("axis", axis));
        return (number % 5) switch
        {
            0 => new OpCase("Softmax", Sample.Real(shape)) { Attributes = along, Differentiable = [0], Tolerance = 2e-5 },
            1 => new OpCase("LogSoftmax", Sample.Real(shape)) { Attributes = along, Differentiable = [0], Tolerance = 2e-5 },
            2 => new OpCase("LpNormalization", Sample.Real(shape, 0.1, 2)) { Attributes = along.With("p", (long)draw.Whole(1, 2)), Differentiable = [0] },
            3 => new OpCase("CumSum", Sample.Real(shape), Tensor.Scalar(axis))
            {
                Attributes = Attributes.Of(("exclusive", (long)draw.Whole(0, 1)), ("reverse", (long)draw.Whole(0, 1))),
                Constants = [1],
                Differentiable = [0],
            },
            _ => new OpCase("TopK", Sample.Real(shape), Tensor.Vector((long)draw.Whole(1, length)))
            {
                Attributes = along.With("largest", (long)draw.Whole(0, 1)),
                Constants = [1],
                Outputs = 2,
                Differentiable = [0],
            },
        };
    }

    private static OpCase Views(Draw draw, int number)
    {
        int[] shape = draw.Shape(1, 4);
        int axis = draw.Whole(0, shape.Length);
        switch (number % 4)
        {
            case 0:
                return new OpCase("Flatten", Sample.Real(shape)) { Attributes = Attributes.Of(("axis", (long)axis - (draw.Once(2) && axis < shape.Length ? shape.Length : 0))), Differentiable = [0] };
            case 1:
                return new OpCase("Unsqueeze", Sample.Real(shape), Tensor.Vector(axis - (draw.Once(2) ? shape.Length + 1L : 0))) { Constants = [1], Differentiable = [0] };
            case 2:
                return new OpCase("Squeeze", Sample.Real([.. shape[..axis], 1, .. shape[axis..]]), Tensor.Vector(axis - (draw.Once(2) ? shape.Length + 1L : 0))) { Constants = [1], Differentiable = [0] };
            default:
                int[] parts = [.. Enumerable.Range(0, draw.Whole(1, 3)).Select(_ => draw.Whole(0, 4))];
                int at = Math.Min(axis, shape.Length - 1);
                return new OpCase("Split", Sample.Real([.. shape[..at], parts.Sum(), .. shape[(at + 1)..]]), Tensor.Vector<long>([.. parts.Select(p => (long)p)]))
                {
                    Attributes = Attributes.Of(("axis", (long)at - (draw.Once(2) ? shape.Length : 0))),
                    Constants = [1],
                    Outputs = parts.Length,
                    Differentiable = [0],
                };
        }
    }

    private static OpCase Moved(Draw draw, int number)
    {
        int[] shape = Filled(draw.Shape(1, 3));
        int block = draw.Whole(1, 3);
        switch (number % 6)
        {
            case 0:
                return new OpCase("Expand", Sample.Real(draw.Broadcasting(shape)), Longs(shape)) { Constants = [1], Differentiable = [0] };
            case 1:
                return new OpCase("Tile", Sample.Real(shape), Longs([.. shape.Select(_ => draw.Whole(0, 3))])) { Constants = [1], Differentiable = [0] };
            case 2:
                string mode = draw.Of("constant", "reflect", "edge");
                int[] pads = [.. shape.Concat(shape).Select(size => draw.Whole(0, mode == "reflect" ? Math.Min(3, size - 1) : 3))];
                return new OpCase("Pad", Sample.Real(shape), Longs(pads)) { Attributes = Attributes.Of(("mode", mode)), Constants = [1], Differentiable = [0] };
            case 3:
                return new OpCase("Trilu", Sample.Real([.. shape, draw.Whole(1, 5)]), Tensor.Scalar((long)draw.Whole(-4, 4)))
                {
                    Attributes = Attributes.Of(("upper", (long)draw.Whole(0, 1))),
                    Differentiable = [0],
                };
            case 4:
                return new OpCase("DepthToSpace", Sample.Real([draw.Whole(1, 2), block * block * draw.Whole(1, 2), draw.Whole(1, 3), draw.Whole(1, 3)]))
                {
                    Attributes = Attributes.Of(("blocksize", (long)block), ("mode", draw.Of("DCR", "CRD"))),
                    Differentiable = [0],
                };
            default:
                return new OpCase("SpaceToDepth", Sample.Real([draw.Whole(1, 2), draw.Whole(1, 2), block * draw.Whole(1, 3), block * draw.Whole(1, 3)]))
                {
                    Attributes = Attributes.Of(("blocksize", (long)block)),
                    Differentiable = [0],
                };
        }
    }

    private static OpCase Tuples(Draw draw, int number)
    {
        int[] shape = Filled(draw.Shape(1, 3));
        int depth = draw.Whole(1, shape.Length);
        int count = draw.Whole(1, 4);
        Tensor at = Tensor.Zeros(DType.Int64, count, depth);
        int size = Tensor.LengthOf(shape.AsSpan(0, depth));
        for (int i = 0; i < at.Length; i++)
        {
            at.Span<long>()[i] = draw.Whole(-shape[i % depth], shape[i % depth] - 1);
        }

        if (number % 2 == 0)
        {
            return new OpCase("GatherND", Sample.Real(shape), at) { Differentiable = [0] };
        }

        // Without a reduction which of two updates of one place stays is left open.
        string reduction = count == 1 || size == 1 ? "none" : "add";
        return new OpCase("ScatterND", Sample.Real(shape), count > 1 && size == 1 ? Tensor.Zeros(DType.Int64, 1, depth) : at, Sample.Real([count > 1 && size == 1 ? 1 : count, .. shape[depth..]], salt: 1))
        {
            Attributes = Attributes.Of(("reduction", reduction)),
            Differentiable = [0, 2],
        };
    }

    private static OpCase Einsum(Draw draw, int number)
    {
        string equation = new[] { "ab,bc->ac", "abc,acd->abd", "ab->ba", "ab,ab->a", "a,b->ab", "abc->b", "ab,b", "ab,bc,cd->ad", "aab->ba", "aba,bc->ac" }[number % 10];
        Dictionary<char, int> sizes = "abcd".ToDictionary(letter => letter, _ => draw.Whole(1, 6));
        Tensor[] inputs = [.. equation.Split("->")[0].Split(',').Select((letters, i) => Sample.Real([.. letters.Select(l => sizes[l])], salt: i))];
        return new OpCase("Einsum", inputs) { Attributes = Attributes.Of(("equation", equation)), Differentiable = [.. inputs.Select((_, i) => i)], Tolerance = 1e-4 };
    }

    private static OpCase Resize(Draw draw, int number)
    {
        int[] shape = [1, draw.Whole(1, 2), draw.Whole(1, 5), draw.Whole(1, 5)];
        string mode = new[] { "nearest", "linear", "cubic" }[number % 3];
        return new OpCase("Resize", Sample.Real(shape), null, null, Longs([1, shape[1], draw.Whole(1, 8), draw.Whole(1, 8)]))
        {
            Attributes = Attributes.Of(("mode", mode), ("coordinate_transformation_mode", draw.Of("half_pixel", "align_corners", "asymmetric"))),
            Constants = [3],
            Differentiable = [0],
            Tolerance = 2e-5,
            NotInOrt = mode == "nearest" ? "places between two elements are rounded in float" : null,
        };
    }

    private static OpCase ConvTranspose(Draw draw, int number)
    {
        int group = draw.Of(1, 1, 2);
        (int inputs, int filters) = (group * draw.Whole(1, 2), draw.Whole(1, 2));
        int[] kernel = [.. Enumerable.Range(0, 1 + (number % 2)).Select(_ => draw.Whole(1, 3))];
        long[] strides = [.. kernel.Select(_ => (long)draw.Whole(1, 3))];
        long[] pads = [.. kernel.Concat(kernel).Select(k => (long)draw.Whole(0, (k - 1) / 2))];
        return new OpCase(
            "ConvTranspose", Sample.Real([draw.Whole(1, 2), inputs, .. kernel.Select(_ => draw.Whole(2, 5))]), Sample.Real([inputs, filters, .. kernel], salt: 1), Sample.Real([filters * group], salt: 2))
        {
            Attributes = Attributes.Of(("group", (long)group), ("strides", strides), ("pads", pads), ("output_padding", strides.Select(s => (long)draw.Whole(0, (int)s - 1)).ToArray())),
            Differentiable = [0, 1, 2],
        };
    }

    private static OpCase Channels(Draw draw, int number)
    {
        int groups = draw.Whole(1, 3);
        int channels = groups * draw.Whole(1, 2);
        int[] shape = [draw.Whole(1, 3), channels, .. Enumerable.Range(0, draw.Whole(1, 2)).Select(_ => draw.Whole(2, 5))];
        Tensor[] statistics = [.. Enumerable.Range(1, 4).Select(salt => Sample.Real([channels], 0.5, 2, salt))];
        return (number % 6) switch
        {
            0 => new OpCase("GlobalAveragePool", Sample.Real(shape)) { Differentiable = [0] },
            1 => new OpCase("GlobalMaxPool", Sample.Real(shape)) { Differentiable = [0] },
            2 => new OpCase("LRN", Sample.Real(shape))
            {
                Attributes = Attributes.Of(("size", (long)draw.Of(1, 3, 5)), ("alpha", 0.5f), ("beta", 0.6f), ("bias", 1.5f)),
                Differentiable = [0],
                NotInOrt = shape.Length == 3 ? "it takes images alone" : null,
            },
            3 => new OpCase("GroupNormalization", Sample.Real(shape), Sample.Real([groups], salt: 1), Sample.Real([groups], salt: 2))
            {
                Attributes = Attributes.Of(("num_groups", (long)groups), ("epsilon", 1e-2f)),
                Differentiable = [0, 1, 2],
                Tolerance = 1e-4,
            },
            4 => new OpCase("MeanVarianceNormalization", Sample.Real([shape[0] + 1, .. shape[1..]])) { Attributes = Attributes.Of(("axes", new long[] { 0, shape.Length - 1 })), Differentiable = [0], Tolerance = 1e-4 },
            _ => new OpCase("BatchNormalization", [Sample.Real(shape), .. statistics]) { Attributes = Attributes.Of(("epsilon", 1e-2f)), Differentiable = [0, 1, 2, 3, 4], Tolerance = 1e-4 },
        };
    }

    private static OpCase Loss(Draw draw, int number)
    {
        int classes = draw.Whole(2, 6);
        int[] rest = [.. Enumerable.Range(0, draw.Whole(0, 2)).Select(_ => draw.Whole(1, 3))];
        int batch = draw.Whole(2, 4);
        Attributes attributes = Attributes.Of(("reduction", draw.Of("none", "sum", "mean")), ("ignore_index", draw.Once(2) ? 0L : null));
        Tensor? weights = draw.Once(2) ? Sample.Real([classes], 0.5, 2, 3) : null;
        return new OpCase(
            number % 2 == 0 ? "NegativeLogLikelihoodLoss" : "SoftmaxCrossEntropyLoss",
            Sample.Real([batch, classes, .. rest]),
            Sample.Whole([batch, .. rest], classes, 1),
            weights)
        {
            Attributes = attributes,
            Differentiable = weights is null ? [0] : [0, 2],
            Tolerance = 2e-5,
        };
    }

    private static OpCase Made(Draw draw, int number)
    {
        if (number % 2 == 0)
        {
            (double start, double delta) = (draw.Whole(-8, 8) / 4.0, draw.Of(-1.5, -0.25, 0.75, 2));
            return new OpCase("Range", Sample.Scalar(start), Sample.Scalar(start + (delta * (draw.Whole(0, 9) - 0.5))), Sample.Scalar(delta)) { Differentiable = [0, 2] };
        }

        int[] shape = draw.Shape(0, 3);
        int depth = draw.Whole(1, 5);
        return new OpCase("OneHot", Sample.Whole(shape, depth + 1), Tensor.Scalar((long)depth), Sample.Real([2]))
        {
            Attributes = Attributes.Of(("axis", (long)draw.Whole(-shape.Length - 1, shape.Length))),
            Constants = [1],
            Differentiable = [2],
            NotInOrt = shape.Length == 0 ? "it wants indices of rank 1 at least" : null,
        };
    }

    private static OpCase Recurrent(Draw draw, int number)
    {
        (string op, int gates) = new[] { ("RNN", 1), ("GRU", 3), ("LSTM", 4) }[number % 3];
        string direction = draw.Of("forward", "reverse", "bidirectional");
        int d = direction == "bidirectional" ? 2 : 1;
        (int steps, int batch, int inputs, int units) = (draw.Whole(1, 4), draw.Whole(1, 3), draw.Whole(1, 4), draw.Whole(1, 5));
        return new OpCase(
            op,
            Sample.Real([steps, batch, inputs], -1, 1),
            Sample.Real([d, gates * units, inputs], -1, 1, 1),
            Sample.Real([d, gates * units, units], -1, 1, 2),
            draw.Once(2) ? Sample.Real([d, 2 * gates * units], -1, 1, 3) : null)
        {
            Attributes = Attributes.Of(("direction", direction), ("hidden_size", (long)units)),
            Outputs = 2,
            Differentiable = [0, 1, 2],
            Tolerance = 5e-5,
        };
    }

    private static OpCase Product(Draw draw, int number)
    {
        int[] shape = Filled(draw.Shape(1, 3));
        while (Tensor.LengthOf(shape) > 60)
        {
            shape[Array.IndexOf(shape, shape.Max())] = 2;
        }

        // Some factors are 0: none of a product, one, or more.
        Tensor x = Sample.Real(shape, 0.5, 1.5);
        for (int i = number % 4; i < x.Length && number % 4 > 0; i += 1 + (3 * (number % 4)))
        {
            x.Span<double>()[i] = 0;
        }

        return new OpCase("ReduceProd", x, Tensor.Vector(draw.Axes(shape.Length)))
        {
            Attributes = Attributes.Of(("keepdims", (long)draw.Whole(0, 1))),
            Constants = [1],
            Differentiable = [0],
        };
    }

    private static int[] Filled(int[] shape) => [.. shape.Select(size => Math.Max(1, size))];

    private static Tensor Longs(int[] values) => Tensor.Vector<long>([.. values.Select(v => (long)v)]);
}
