using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class MathCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Unary, .. Binary, .. Integers, .. Choices, .. Conversions];

    private static IEnumerable<OpCase> Unary
    {
        get
        {
            (string Op, double Low, double High, bool Smooth)[] ops =
            [
                ("Abs", -2, 2, true), ("Ceil", -3, 3, false), ("Elu", -2, 2, true), ("Erf", -3, 3, true), ("Exp", -2, 2, true), ("Floor", -3, 3, false),
                ("LeakyRelu", -2, 2, true), ("Log", 0.3, 4, true), ("Neg", -2, 2, true), ("Reciprocal", 0.5, 3, true), ("Relu", -2, 2, true),
                ("Round", -3, 3, false), ("Sigmoid", -4, 4, true), ("Sign", -2, 2, false), ("Softplus", -4, 4, true), ("Sqrt", 0.3, 4, true), ("Tanh", -3, 3, true),
            ];
            foreach ((string op, double low, double high, bool smooth) in ops)
            {
                foreach (int length in Sample.Lengths)
                {
                    yield return new OpCase(op, Sample.Real([length], low, high)) { Differentiable = smooth && length < 100 ? [0] : [] };
                }
            }

            yield return new OpCase("Elu", Sample.Real([2, 3])) { Attributes = Attributes.Of(("alpha", 0.3f)), Differentiable = [0] };
            yield return new OpCase("LeakyRelu", Sample.Real([2, 3])) { Attributes = Attributes.Of(("alpha", -0.5f)), Differentiable = [0] };
            yield return new OpCase("Round", Tensor.Vector(0.5, 1.5, 2.5, -0.5, -1.5)) { Expected = [Tensor.Vector(0.0, 2, 2, -0.0, -2)], Label = "halves" };
            yield return new OpCase("Erf", Tensor.Vector(0.0, 0.5, 1, 2, 3.5, -1, double.PositiveInfinity))
            {
                Expected = [Tensor.Vector(0.0, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 0.9999992569016276, -0.8427007929497149, 1)],
                Label = "table",
            };
            yield return new OpCase("Softplus", Tensor.Vector(-800.0, 800)) { Expected = [Tensor.Vector(0.0, 800)], Label = "extreme" };
            yield return new OpCase("Sign", Tensor.Vector(-3.5, 0, 2)) { Expected = [Tensor.Vector(-1.0, 0, 1)], Label = "zero" };
            yield return new OpCase("IsNaN", Tensor.Vector(1.0, double.NaN, double.PositiveInfinity)) { Expected = [Tensor.Vector(false, true, false)] };
            yield return new OpCase("Not", Sample.Bools([37]));
        }
    }

    private static IEnumerable<OpCase> Binary
    {
        get
        {
            (int[] A, int[] B)[] shapes =
            [
                ([0], [0]), ([1], [1]), ([15], [15]), ([17], [17]), ([40001], [40001]), ([40001], []), ([], [40001]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]),
                ([2, 1, 3], [5, 1]), ([64, 1], [64, 300]), ([64, 300], [300]), ([], []), ([0, 3], [3]),
            ];
            foreach ((int[] a, int[] b) in shapes)
            {
                int[] both = Tensor.LengthOf(a) * (long)Tensor.LengthOf(b) < 1000 ? [0, 1] : [];
                yield return new OpCase("Add", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = both };
                yield return new OpCase("Sub", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = both };
                yield return new OpCase("Mul", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = both };
                yield return new OpCase("Div", Sample.Real(a), Sample.Real(b, 0.5, 2, 1)) { Differentiable = both };
                yield return new OpCase("Pow", Sample.Real(a, 0.5, 2), Sample.Real(b, -2, 3, 1)) { Differentiable = both };
                yield return new OpCase("Max", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = both };
                yield return new OpCase("Min", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = both };
                yield return new OpCase("Mod", Sample.Real(a), Sample.Real(b, 0.5, 0.9, 1)) { Attributes = Attributes.Of(("fmod", 1L)), Differentiable = both };
                foreach (string op in new[] { "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal" })
                {
                    yield return new OpCase(op, Sample.Real(a), Sample.Real(b, salt: 1));
                }

                yield return new OpCase("Equal", Sample.Whole(a, 3), Sample.Whole(b, 3, 1));
                yield return new OpCase("And", Sample.Bools(a), Sample.Bools(b, 1));
                yield return new OpCase("Or", Sample.Bools(a), Sample.Bools(b, 1));
                yield return new OpCase("Where", Sample.Bools(a), Sample.Real(b), Sample.Real(a, salt: 1)) { Differentiable = both.Length > 0 ? [1, 2] : [] };
                yield return new OpCase("Where", Sample.Bools(b), Sample.Real(a), Sample.Scalar(0.25)) { Differentiable = both.Length > 0 ? [1, 2] : [], Label = "scalar" };
            }

            yield return new OpCase("Max", Sample.Real([3, 4]), Sample.Real([4], salt: 1), Sample.Real([3, 1], salt: 2)) { Differentiable = [0, 1, 2] };
            yield return new OpCase("Min", Sample.Real([4]), Sample.Real([1], salt: 1), Sample.Real([3, 1], salt: 2)) { Differentiable = [0, 1, 2] };
            yield return new OpCase("Max", Sample.Real([5])) { Differentiable = [0] };
            yield return new OpCase("Max", Tensor.Vector(1.0, 2, 3), Tensor.Vector(3.0, 2, 1)) { Differentiable = [0, 1], Kinks = 2, Label = "equal ones" };
            yield return new OpCase("Relu", Tensor.Vector(-1.0, 0, 2)) { Differentiable = [0], Kinks = 1, Label = "at its kink" };
            yield return new OpCase("Abs", Tensor.Vector(-1.0, 0, 2)) { Differentiable = [0], Kinks = 1, Label = "at its kink" };
            foreach (string op in new[] { "Max", "Min" })
            {
                yield return new OpCase(op, Tensor.Vector(1.0, double.NaN, 3), Tensor.Vector(double.NaN, 1, 3)) { Expected = [Tensor.Vector(double.NaN, double.NaN, 3)], Label = "nan" };
            }

            yield return new OpCase("Pow", Sample.Real([9]), Sample.Scalar(2)) { Differentiable = [0], Label = "square" };
            yield return new OpCase("Pow", Sample.Real([9]), Sample.Scalar(3)) { Differentiable = [0], Label = "cube of negatives" };
            yield return new OpCase("Pow", Sample.Real([9]), Tensor.Scalar(2L)) { Differentiable = [0], Label = "integer exponent" };
            yield return new OpCase("Pow", Tensor.Vector(2L, -3, 7, 10), Tensor.Vector(10L, 3, 0, 18)) { Expected = [Tensor.Vector(1024L, -27, 1, 1000000000000000000)], NotInOrt = "powers of int64 are computed in double there" };
            yield return new OpCase("Equal", Tensor.OfStrings([3], ["a", "b", "É"]), Tensor.OfStrings([3], ["a", "c", "É"])) { Expected = [Tensor.Vector(true, false, true)], NotInOrt = "strings came at opset 19" };
            yield return new OpCase("Equal", Sample.Bools([5]), Sample.Bools([5], 1)) { Label = "bool" };
            yield return new OpCase("Greater", Tensor.Vector(1.0, double.NaN, 3), Tensor.Vector(double.NaN, 1, 2)) { Expected = [Tensor.Vector(false, false, true)], Label = "nan" };
        }
    }

    private static IEnumerable<OpCase> Integers
    {
        get
        {
            yield return new OpCase("Div", Tensor.Vector(7L, -7, 7, long.MinValue), Tensor.Vector(2L, 2, -2, -1)) { Expected = [Tensor.Vector(3L, -3, -3, long.MinValue)], NotInOrt = "the last division traps there" };
            yield return new OpCase("Div", Tensor.Vector<ulong>(7UL, 9), Tensor.Vector<ulong>(2UL, ulong.MaxValue)) { Expected = [Tensor.Vector<ulong>(3UL, 0)] };
            yield return new OpCase("Mod", Tensor.Vector(7L, -7, 7, -7), Tensor.Vector(3L, 3, -3, -3)) { Expected = [Tensor.Vector(1L, 2, -2, -1)] };
            yield return new OpCase("Mod", Tensor.Vector(7L, -7, 7, -7), Tensor.Vector(3L, 3, -3, -3)) { Attributes = Attributes.Of(("fmod", 1L)), Expected = [Tensor.Vector(1L, -1, 1, -1)] };
            yield return new OpCase("Mod", Tensor.Vector<ulong>(ulong.MaxValue, 7), Tensor.Vector<ulong>(1UL << 32, 4)) { Expected = [Tensor.Vector<ulong>(uint.MaxValue, 3UL)] };
            yield return new OpCase("Mul", Tensor.Vector(long.MaxValue, 3), Tensor.Vector(3L, -5)) { Expected = [Tensor.Vector(unchecked(long.MaxValue * 3), -15)], Label = "wraps" };
            yield return new OpCase("Mul", Tensor.Vector<ulong>(ulong.MaxValue, 3), Tensor.Vector<ulong>(3UL, 5)) { Expected = [Tensor.Vector<ulong>(unchecked(ulong.MaxValue * 3), 15UL)] };
            yield return new OpCase("Abs", Tensor.Vector(-3, 4, int.MinValue)) { Expected = [Tensor.Vector(3, 4, int.MinValue)] };
            yield return new OpCase("Neg", Tensor.Vector(-3L, 4)) { Expected = [Tensor.Vector(3L, -4)] };
            yield return new OpCase("Sign", Tensor.Vector(-3L, 0, 4)) { Expected = [Tensor.Vector(-1L, 0, 1)] };
            yield return new OpCase("Max", Sample.Whole([2, 3], 10), Sample.Whole([3], 10, 4));
            yield return new OpCase("Less", Sample.Whole([100], 10), Sample.Whole([100], 10, 4));
            yield return new OpCase("Clip", Sample.Whole([100], 10), Tensor.Scalar(3L), Tensor.Scalar(7L));
        }
    }

    private static IEnumerable<OpCase> Choices
    {
        get
        {
            yield return new OpCase("Clip", Sample.Real([2, 9]), Sample.Scalar(-1.01), Sample.Scalar(0.93)) { Differentiable = [0, 1, 2] };
            yield return new OpCase("Clip", Sample.Real([40001]), Sample.Scalar(-1.01), Sample.Scalar(0.93));
            yield return new OpCase("Clip", Sample.Real([17]), null, Sample.Scalar(0.93)) { Differentiable = [0, 2] };
            yield return new OpCase("Clip", Sample.Real([17]), Sample.Scalar(-1.01)) { Differentiable = [0, 1] };
            yield return new OpCase("Clip", Sample.Real([17])) { Differentiable = [0] };
            yield return new OpCase("Where", Sample.Bools([2, 1, 3]), Sample.Whole([4, 1], 9), Sample.Whole([3], 9, 2));
            yield return new OpCase("Where", Sample.Bools([70]), Sample.Bools([70], 1), Sample.Bools([1])) { NotInOrt = "no kernel for bool" };
            yield return new OpCase("Where", Sample.Bools([2, 1]), Tensor.OfStrings([2], ["a", "b"]), Tensor.OfStrings([], ["c"]))
            {
                Expected = [Tensor.OfStrings([2, 2], ["c", "c", "a", "b"])],
            };
        }
    }

    private static IEnumerable<OpCase> Conversions
    {
        get
        {
            DType[] targets = [DType.Float, DType.Double, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64, DType.Bool];
            Tensor[] sources =
            [
                Sample.Real([40], -100, 100), Sample.Whole([40], 300), Sample.Bools([40]), Tensor.Vector(0, 1, -1, 70000), Tensor.Vector((byte)0, (byte)200), Tensor.Vector(0UL, 1UL << 40),
                Tensor.Vector((short)-5, (short)300), Tensor.Vector((ushort)5, (ushort)50000), Tensor.Vector((sbyte)-5, (sbyte)100), Tensor.Vector(5U, 4000000000),
            ];
            foreach (Tensor source in sources)
            {
                foreach (DType target in targets)
                {
                    bool floats = source.Type == DType.Double && target is DType.Float or DType.Double;
                    yield return new OpCase("Cast", source)
                    {
                        Attributes = Attributes.Of(("to", (long)target)),
                        Tolerance = 1e-6,
                        Differentiable = floats && source.Type == DType.Double && target == DType.Double ? [0] : [],
                    };
                }
            }

            yield return new OpCase("CastLike", Sample.Real([5]), Sample.Real([2])) { Differentiable = [0] };
            yield return new OpCase("CastLike", Sample.Real([5]), Tensor.Scalar(3L));
        }
    }
}
