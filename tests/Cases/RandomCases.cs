using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Uses of ops with random shapes, axes, strides and pads: what the cases written by hand do not think of.</summary>
internal sealed class RandomCases : IOpCases
{
    private const int Each = 24;

    private static readonly (string Purpose, Func<Draw, OpCase> Make)[] s_kinds =
    [
        ("elementwise", Elementwise), ("where", Where), ("reduce", Reduce), ("transpose", Transpose), ("reshape", Reshape), ("slice", Slice),
        ("concat", Concat), ("gather", Gather), ("scatter", Scatter), ("matmul", MatMul), ("gemm", Gemm), ("conv", Conv), ("pool", Pool), ("norm", Norm),
    ];

    public IEnumerable<OpCase> Cases =>
        from kind in s_kinds
        from number in Enumerable.Range(0, Each)
        select kind.Make(new Draw(kind.Purpose, number)) with { Label = string.Create(CultureInfo.InvariantCulture, $"random {kind.Purpose} {number}") };

    private static OpCase Elementwise(Draw draw)
    {
        string op = draw.Of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean");
        int[] shape = draw.Shape(0, 4);
        (int[] a, int[] b) = draw.Once(2) ? (shape, draw.Broadcasting(shape)) : (draw.Broadcasting(shape), shape);
        return new OpCase(op, Sample.Real(a, 0.5, 2), Sample.Real(b, 0.5, 2, 1)) { Differentiable = [0, 1] };
    }

    private static OpCase Where(Draw draw)
    {
        int[] shape = draw.Shape(0, 4);
        return new OpCase("Where", Sample.Bools(draw.Broadcasting(shape)), Sample.Real(shape), Sample.Real(draw.Broadcasting(shape), salt: 1)) { Differentiable = [1, 2] };
    }

    private static OpCase Reduce(Draw draw)
    {
        string op = draw.Of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceLogSum");
        int[] shape = draw.Shape(1, 4);
        return new OpCase(op, Sample.Real(shape, 0.5, 2), Tensor.Vector(draw.Axes(shape.Length)))
        {
            Attributes = Attributes.Of(("keepdims", (long)draw.Whole(0, 1))),
            Constants = [1],
            Differentiable = shape.Contains(0) ? [] : [0],
            NotInOrt = shape.Contains(0) && op is not "ReduceSum" ? "what an empty reduction gives, or whether it is refused, differs" : null,
        };
    }

    private static OpCase Transpose(Draw draw)
    {
        int[] shape = draw.Shape(1, 5);
        long[] perm = [.. draw.Order(shape.Length).Select(a => (long)a)];
        return new OpCase("Transpose", Sample.Real(shape)) { Attributes = Attributes.Of(("perm", perm)), Differentiable = [0] };
    }

    private static OpCase Reshape(Draw draw)
    {
        int[] shape = draw.Shape(1, 4);
        long[] to = [.. draw.Order(shape.Length).Select(a => (long)shape[a])];
        if (!shape.Contains(0) && draw.Once(2))
        {
            to[draw.Whole(0, to.Length - 1)] = -1;
        }

        return new OpCase("Reshape", Sample.Real(shape), Tensor.Vector(to)) { Attributes = Attributes.Of(("allowzero", 1L)), Constants = [1], Differentiable = [0] };
    }

    private static OpCase Slice(Draw draw)
    {
        int[] shape = draw.Shape(1, 4);
        long[] axes = draw.Axes(shape.Length);
        long[] steps = [.. axes.Select(_ => (long)draw.Of(-3, -2, -1, 1, 1, 2, 3))];
        long[] starts = [.. axes.Select(_ => (long)draw.Whole(-9, 9))];
        long[] ends = [.. axes.Select(_ => (long)draw.Whole(-9, 9))];
        return new OpCase("Slice", Sample.Real(shape), Tensor.Vector(starts), Tensor.Vector(ends), Tensor.Vector(axes), Tensor.Vector(steps))
        {
            Constants = [1, 2, 3, 4],
            Differentiable = [0],
        };
    }

    private static OpCase Concat(Draw draw)
    {
        int[] shape = draw.Shape(1, 4);
        int axis = draw.Whole(0, shape.Length - 1);
        Tensor[] parts = [.. Enumerable.Range(0, draw.Whole(1, 4)).Select(i => Sample.Real([.. shape[..axis], draw.Whole(0, 5), .. shape[(axis + 1)..]], salt: i))];
        return new OpCase("Concat", parts) { Attributes = Attributes.Of(("axis", (long)axis - (draw.Once(2) ? shape.Length : 0))), Differentiable = [.. parts.Select((_, i) => i)] };
    }

    private static OpCase Gather(Draw draw)
    {
        int[] shape = [.. draw.Shape(1, 3).Select(size => Math.Max(1, size))];
        int axis = draw.Whole(0, shape.Length - 1);
        bool isElements = draw.Once(2);
        int[] at = isElements ? [.. shape.Select((size, d) => d == axis ? draw.Whole(0, 4) : draw.Whole(0, size))] : draw.Shape(0, 2);
        return new OpCase(isElements ? "GatherElements" : "Gather", Sample.Real(shape), Sample.Whole(at, shape[axis]))
        {
            Attributes = Attributes.Of(("axis", (long)axis)),
            Differentiable = [0],
        };
    }

    private static OpCase Scatter(Draw draw)
    {
        int[] shape = [.. draw.Shape(1, 3).Select(size => Math.Max(1, size))];
        int axis = draw.Whole(0, shape.Length - 1);
        string reduction = draw.Of("none", "add");
        int[] at = [.. shape.Select((size, d) => d == axis && reduction == "none" ? 1 : draw.Whole(0, size))];
        return new OpCase("ScatterElements", Sample.Real(shape), Sample.Whole(at, shape[axis]), Sample.Real(at, salt: 1))
        {
            Attributes = Attributes.Of(("axis", (long)axis), ("reduction", reduction)),
            Differentiable = [0, 2],
        };
    }

    private static OpCase MatMul(Draw draw)
    {
        int[] batch = draw.Shape(0, 2);
        int k = draw.Of(0, 1, 2, 5, 16, 33);
        (int m, int n) = (draw.Of(1, 2, 3, 9, 17), draw.Of(0, 1, 4, 16, 49));
        (int[] a, int[] b) = draw.Once(2) ? (batch, draw.Broadcasting(batch)) : (draw.Broadcasting(batch), batch);
        bool isSmall = Tensor.LengthOf(batch) * m * k * n < 3000;
        return new OpCase("MatMul", Sample.Real([.. a, m, k]), Sample.Real([.. b, k, n], salt: 1))
        {
            Differentiable = isSmall ? [0, 1] : [],
            NotInOrt = batch.Contains(0) ? "it broadcasts no empty batch" : null,
        };
    }

    private static OpCase Gemm(Draw draw)
    {
        (int m, int n, int k) = (draw.Whole(0, 20), draw.Whole(1, 50), draw.Whole(1, 40));
        (int transA, int transB) = (draw.Whole(0, 1), draw.Whole(0, 1));
        int[] c = draw.Of<int[]>([m, n], [1, n], [m, 1], [n], []);
        return new OpCase("Gemm", Sample.Real(transA > 0 ? [k, m] : [m, k]), Sample.Real(transB > 0 ? [n, k] : [k, n], salt: 1), Sample.Real(c, salt: 2))
        {
            Attributes = Attributes.Of(("transA", (long)transA), ("transB", (long)transB), ("alpha", draw.Of(1f, 0.5f)), ("beta", draw.Of(1f, -0.5f))),
            Differentiable = m * n * k < 1000 ? [0, 1, 2] : [],
        };
    }

    private static OpCase Conv(Draw draw)
    {
        int spatial = draw.Whole(1, 2);
        int group = draw.Of(1, 1, 2, 3);
        (int inputs, int filters) = (group * draw.Whole(1, 2), group * draw.Whole(1, 3));
        (int[] size, int[] kernel, Attributes attributes) = Window(draw, spatial, most: 11);
        int batch = draw.Whole(0, 2);
        return new OpCase("Conv", Sample.Real([batch, inputs, .. size]), Sample.Real([filters, inputs / group, .. kernel], salt: 1), Sample.Real([filters], salt: 2))
        {
            Attributes = attributes.With("group", (long)group),
            Differentiable = batch > 0 ? [0, 1, 2] : [],
            NotInOrt = batch == 0 ? "it refuses an empty batch" : null,
        };
    }

    private static OpCase Pool(Draw draw)
    {
        (int[] size, int[] kernel, Attributes attributes) = Window(draw, draw.Whole(1, 2), most: 11);
        bool isMax = draw.Once(2);
        attributes = attributes.With("kernel_shape", kernel.Select(k => (long)k).ToArray());
        return new OpCase(isMax ? "MaxPool" : "AveragePool", Sample.Real([draw.Whole(1, 2), draw.Whole(1, 3), .. size]))
        {
            Attributes = isMax ? attributes : attributes.Without("dilations").With("count_include_pad", (long)draw.Whole(0, 1)),
            Outputs = isMax ? 2 : 1,
            Differentiable = [0],
        };
    }

    private static OpCase Norm(Draw draw)
    {
        int[] shape = [.. draw.Shape(2, 4).Select(size => Math.Max(2, size))];
        int axis = draw.Whole(0, shape.Length - 1);
        int[] row = shape[axis..];
        int[] channel = [shape[1]];
        var epsilon = Attributes.Of(("epsilon", 1e-2f));
        return draw.Whole(0, 2) switch
        {
            0 => new OpCase("LayerNormalization", Sample.Real(shape), Sample.Real(row, salt: 1), Sample.Real(row, salt: 2))
            {
                Attributes = epsilon.With("axis", (long)axis),
                Differentiable = [0, 1, 2],
                Tolerance = 1e-4,
            },
            1 => new OpCase(
                "BatchNormalization",
                Sample.Real(shape),
                Sample.Real(channel, salt: 1),
                Sample.Real(channel, salt: 2),
                Sample.Real(channel, salt: 3),
                Sample.Real(channel, 0.5, 2, 4))
            {
                Attributes = epsilon,
                Tolerance = 1e-4,
            },
            _ => new OpCase("InstanceNormalization", Sample.Real([.. shape[..2], .. shape[1..]]), Sample.Real(channel, salt: 1), Sample.Real(channel, salt: 2))
            {
                Attributes = epsilon,
                Differentiable = [0, 1, 2],
                Tolerance = 1e-4,
            },
        };
    }

    /// <summary>An image and a window that fits it, pads smaller than the window.</summary>
    private static (int[] Size, int[] Kernel, Attributes Attributes) Window(Draw draw, int spatial, int most)
    {
        int[] kernel = [.. Enumerable.Range(0, spatial).Select(_ => draw.Whole(1, 3))];
        int[] dilations = [.. kernel.Select(_ => draw.Of(1, 1, 2))];
        int[] size = [.. kernel.Select((k, d) => draw.Whole((dilations[d] * (k - 1)) + 1, most))];
        long[] pads = [.. kernel.Concat(kernel).Select(k => (long)draw.Whole(0, k - 1))];
        return (size, kernel, Attributes.Of(
            ("dilations", dilations.Select(d => (long)d).ToArray()),
            ("pads", pads),
            ("strides", kernel.Select(_ => (long)draw.Whole(1, 3)).ToArray())));
    }
}
