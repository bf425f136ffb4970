using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Values and types at the edge: NaN, equal elements, zeros among factors, integers where floats are usual, floats of 16 bits.</summary>
internal sealed class EdgeCases : IOpCases
{
    private const double NaN = double.NaN;
    private const string Open = "NaN is not defined by the standard";

    public IEnumerable<OpCase> Cases => [.. Missing, .. Scattered, .. Images, .. Narrow, .. Forms];

    private static IEnumerable<OpCase> Missing =>
    [
        new("Relu", Tensor.Vector(-1, NaN, 2)) { Expected = [Tensor.Vector(0, NaN, 2)], Label = "nan" },
        new("Relu", Tensor.Vector(-3L, 0, 4)) { Expected = [Tensor.Vector(0L, 0, 4)], NotInOrt = "no kernel for int64" },
        new("Relu", Tensor.Vector<sbyte>(-3, 0, 4)) { Expected = [Tensor.Vector<sbyte>(0, 0, 4)] },
        new("Clip", Tensor.Vector(-9, NaN, 9), Sample.Scalar(-1), Sample.Scalar(1)) { Expected = [Tensor.Vector(-1, NaN, 1)], Label = "nan", NotInOrt = Open },
        new("Clip", Tensor.Vector(-9.0, 0, 9), Sample.Scalar(1), Sample.Scalar(-1)) { Expected = [Tensor.Vector(-1.0, -1, -1)], Label = "bounds crossed" },
        new("ArgMin", Tensor.Vector(3, NaN, 1)) { Expected = [Tensor.Vector(1L)], Label = "nan", NotInOrt = Open },
        new("Hardmax", Tensor.Vector(1, NaN, 3)) { Expected = [Tensor.Vector(0.0, 1, 0)], Label = "nan", NotInOrt = Open },
        new("TopK", Tensor.Vector(1, NaN, 3, NaN), Tensor.Vector(4L))
        {
            Constants = [1],
            Outputs = 2,
            Expected = [Tensor.Vector(NaN, NaN, 3, 1), Tensor.Vector(1L, 3, 2, 0)],
            Label = "nan",
            NotInOrt = Open,
        },
        new("TopK", Tensor.Vector(1, NaN, 3, 0), Tensor.Vector(3L))
        {
            Constants = [1],
            Outputs = 2,
            Attributes = Attributes.Of(("largest", 0L)),
            Expected = [Tensor.Vector(0.0, 1, 3), Tensor.Vector(3L, 0, 2)],
            Label = "nan",
            NotInOrt = Open,
        },
        new("ReduceLogSumExp", Tensor.Vector(1L, 3, 3)) { Attributes = Attributes.Of(("keepdims", 0L)), Expected = [Tensor.Scalar(3L)], NotInOrt = "integers are rounded otherwise" },
    ];

    private static IEnumerable<OpCase> Scattered
    {
        get
        {
            Tensor data = Tensor.Of<double>([3, 2], [0.5, 0, 1.5, -2, 0, 3]);
            foreach (string reduction in new[] { "mul", "min", "max" })
            {
                Attributes attributes = Attributes.Of(("reduction", reduction));
                yield return new("ScatterElements", data, Tensor.Of<long>([3, 2], [2, 0, 2, -3, 1, 0]), Tensor.Of<double>([3, 2], [0.7, 0.9, -1.1, 1.3, 0, 0.3]))
                {
                    Attributes = attributes.With("axis", -2),
                    Differentiable = [0, 2],
                };
                yield return new("ScatterND", data, Tensor.Of<long>([2, 1], [2, 2]), Tensor.Of<double>([2, 2], [0.7, 0, -1.1, 1.3])) { Attributes = attributes, Differentiable = [0, 2] };
            }

            foreach (int zeros in new[] { 0, 1, 2 })
            {
                Tensor x = Sample.Real([2, 4], 0.5, 1.5);
                x.Span<double>()[..zeros].Clear();
                yield return new("ReduceProd", x, Tensor.Vector(-1L)) { Constants = [1], Differentiable = [0], Label = $"{zeros} zeros" };
            }
        }
    }

    private static IEnumerable<OpCase> Images
    {
        get
        {
            byte[] pixels = [.. Enumerable.Range(1, 25).Select(i => (byte)i)];
            byte[] largest = [13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25];
            Attributes window = Attributes.Of(("kernel_shape", new long[] { 5, 5 }), ("pads", new long[] { 2, 2, 2, 2 }));
            yield return new("MaxPool", Tensor.Of<byte>([1, 1, 5, 5], pixels)) { Attributes = window, Expected = [Tensor.Of<byte>([1, 1, 5, 5], largest)] };
            yield return new("MaxPool", Tensor.Of<sbyte>([1, 1, 2, 2], [-128, -128, -7, -9])) { Attributes = window, Outputs = 2 };
            foreach (string mode in new[] { "linear", "cubic" })
            {
                yield return new("Resize", Sample.Real([1, 1, 4, 5]), null, Tensor.Vector(1f, 1, 0.8f, 1.5f))
                {
                    Constants = [2],
                    Attributes = Attributes.Of(("mode", mode), ("coordinate_transformation_mode", "align_corners")),
                    Differentiable = [0],
                    NotInOrt = "it aligns corners by the whole number of elements",
                    Label = "to no whole size",
                };
            }
        }
    }

    private static IEnumerable<OpCase> Narrow
    {
        get
        {
            // The tie of 1 + 2^-8 goes to the even neighbour 1, that of 1 + 3·2^-8 to 1 + 2^-6.
            Tensor x = Tensor.Vector(1 + (1 / 256.0), 1 + (3 / 256.0), -65504, 1e-30, double.PositiveInfinity);
            Attributes half = Attributes.Of(("to", (long)DType.Float16));
            Attributes brain = Attributes.Of(("to", (long)DType.BFloat16));
            yield return new("Cast", x) { Attributes = half, Expected = [Tensor.Vector((Half)1.00390625f, (Half)1.01171875f, (Half)(-65504), (Half)0, Half.PositiveInfinity)] };
            yield return new("Cast", x) { Attributes = brain, Expected = [Brain(0x3F80, 0x3F82, 0xC780, 0x0DA2, 0x7F80)] };
            yield return new("Cast", Brain(0x3F82, 0xC780, 0x7FC0, 0x8000)) { Attributes = Attributes.Of(("to", (long)DType.Double)), Expected = [Tensor.Vector(1.015625, -65536, NaN, -0.0)] };
            yield return new("Cast", Tensor.Vector((Half)1.5, (Half)(-2), Half.NaN)) { Attributes = brain, Expected = [Brain(0x3FC0, 0xC000, 0xFFC0)], NotInOrt = "the sign of a NaN is open" };
            yield return new("Cast", Brain(0x3FC0, 0xC000)) { Attributes = Attributes.Of(("to", (long)DType.String)), Expected = [Tensor.OfStrings([2], ["1.5", "-2"])], NotInOrt = "brain floats have no text" };
            yield return new("Cast", Tensor.OfStrings([2], ["1.5", "inf"])) { Attributes = brain, Expected = [Brain(0x3FC0, 0x7F80)], NotInOrt = "brain floats have no text" };
            yield return new("CastLike", Tensor.Vector(2L, 3), Brain(0)) { Expected = [Brain(0x4000, 0x4040)] };
            yield return new("Concat", Tensor.Vector((Half)1), Tensor.Vector((Half)2, (Half)3)) { Attributes = Attributes.Of(("axis", -1L)), Expected = [Tensor.Vector((Half)1, (Half)2, (Half)3)] };
        }
    }

    private static IEnumerable<OpCase> Forms
    {
        get
        {
            foreach (string op in new[] { "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare" })
            {
                yield return new(op, Sample.Real([2, 3], 0.5, 2)) { Attributes = Attributes.Of(("noop_with_empty_axes", 1L)), Differentiable = [0], NotInOrt = "it gives the input back, the standard the function of each element" };
            }
        }
    }

    private static Tensor Brain(params ushort[] bits)
    {
        Tensor tensor = Tensor.Zeros(DType.BFloat16, bits.Length);
        bits.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(tensor.Bytes));
        return tensor;
    }
}
