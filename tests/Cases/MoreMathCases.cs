using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class MoreMathCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Unary, .. Activations, .. Several, .. Bits];

    private static IEnumerable<OpCase> Unary
    {
        get
        {
            (string Op, double Low, double High)[] ops =
            [
                ("Sin", -4, 4), ("Cos", -4, 4), ("Tan", -1.4, 1.4), ("Asin", -0.9, 0.9), ("Acos", -0.9, 0.9), ("Atan", -4, 4), ("Sinh", -3, 3), ("Cosh", -3, 3),
                ("Asinh", -4, 4), ("Acosh", 1.2, 5), ("Atanh", -0.9, 0.9), ("Selu", -2, 2), ("Celu", -2, 2), ("ThresholdedRelu", -2, 2), ("HardSigmoid", -4, 4),
                ("HardSwish", -5, 5), ("Mish", -4, 4), ("Softsign", -4, 4), ("Shrink", -2, 2),
            ];
            foreach ((string op, double low, double high) in ops)
            {
                foreach (int length in Sample.Lengths)
                {
                    yield return new OpCase(op, Sample.Real([length], low, high)) { Differentiable = length < 100 ? [0] : [] };
                }
            }

            yield return new OpCase("IsInf", Tensor.Vector(1.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity)) { Expected = [Tensor.Vector(false, false, true, true)] };
            yield return new OpCase("IsInf", Tensor.Vector(1.0, double.PositiveInfinity, double.NegativeInfinity))
            {
                Attributes = Attributes.Of(("detect_positive", 0L)),
                Expected = [Tensor.Vector(false, false, true)],
            };
            yield return new OpCase("Mish", Tensor.Vector(-1000.0, 1000)) { Expected = [Tensor.Vector(-0.0, 1000)], Label = "extreme" };
            yield return new OpCase("Shrink", Tensor.Vector(-3L, 0, 1, 4)) { Attributes = Attributes.Of(("lambd", 1f), ("bias", 1f)), Expected = [Tensor.Vector(-2L, 0, 0, 3)] };
        }
    }

    private static IEnumerable<OpCase> Activations
    {
        get
        {
            yield return new OpCase("Selu", Sample.Real([2, 3])) { Attributes = Attributes.Of(("alpha", 2f), ("gamma", 0.5f)), Differentiable = [0] };
            yield return new OpCase("Celu", Sample.Real([2, 3])) { Attributes = Attributes.Of(("alpha", 0.4f)), Differentiable = [0] };
            yield return new OpCase("ThresholdedRelu", Sample.Real([2, 9])) { Attributes = Attributes.Of(("alpha", 0.31f)), Differentiable = [0] };
            yield return new OpCase("HardSigmoid", Sample.Real([2, 9])) { Attributes = Attributes.Of(("alpha", 0.7f), ("beta", 0.4f)), Differentiable = [0] };
            yield return new OpCase("Shrink", Sample.Real([2, 9])) { Attributes = Attributes.Of(("bias", 0.3f), ("lambd", 0.9f)), Differentiable = [0] };
            foreach (string op in new[] { "Gelu", "Swish" })
            {
                foreach (int length in Sample.Lengths)
                {
                    yield return new OpCase(op, Sample.Real([length], -4, 4)) { Domain = Model.AnnealDomain, Differentiable = length < 100 ? [0] : [] };
                }
            }

            foreach ((int[] x, int[] slope) in new (int[], int[])[] { ([3, 4], [4]), ([3, 4], [1]), ([2, 3, 4], [3, 1]), ([17], [17]), ([40001], []), ([0, 3], [3]) })
            {
                yield return new OpCase("PRelu", Sample.Real(x), Sample.Real(slope, salt: 1)) { Differentiable = Tensor.LengthOf(x) < 100 ? [0, 1] : [] };
            }

            yield return new OpCase("PRelu", Tensor.Vector(-3L, 0, 4), Tensor.Vector(2L)) { Expected = [Tensor.Vector(-6L, 0, 4)] };
            foreach ((int[] shape, long axis) in new (int[], long)[] { ([3, 4], -1), ([3, 4], 0), ([2, 3, 4], 1), ([0, 4], 1), ([2000, 10], -1) })
            {
                yield return new OpCase("Hardmax", Sample.Real(shape)) { Attributes = Attributes.Of(("axis", axis)) };
            }

            yield return new OpCase("Hardmax", Tensor.Vector(1.0, 3, 3)) { Expected = [Tensor.Vector(0.0, 1, 0)], Label = "ties" };
        }
    }

    private static IEnumerable<OpCase> Several
    {
        get
        {
            foreach (string op in new[] { "Sum", "Mean" })
            {
                yield return new OpCase(op, Sample.Real([3, 4]), Sample.Real([4], salt: 1), Sample.Real([3, 1], salt: 2)) { Differentiable = [0, 1, 2] };
                yield return new OpCase(op, Sample.Real([4]), Sample.Real([1], salt: 1), Sample.Real([3, 1], salt: 2)) { Differentiable = [0, 1, 2] };
                yield return new OpCase(op, Sample.Real([5])) { Differentiable = [0] };
                yield return new OpCase(op, Sample.Real([40001]), Sample.Real([40001], salt: 1));
                yield return new OpCase(op, Sample.Real([0, 3]), Sample.Real([3]));
            }

            foreach (int[] b in new int[][] { [70], [1], [3, 1] })
            {
                yield return new OpCase("Xor", Sample.Bools([70]), Sample.Bools(b, 1));
            }
        }
    }

    private static IEnumerable<OpCase> Bits
    {
        get
        {
            foreach (string op in new[] { "BitwiseAnd", "BitwiseOr", "BitwiseXor" })
            {
                yield return new OpCase(op, Sample.Whole([70], 300), Sample.Whole([70], 300, 5)) { NotInOrt = "the optimizer has no kernel for constants" };
                yield return new OpCase(op, Tensor.Vector((byte)5, (byte)200, (byte)7), Tensor.Scalar((byte)6));
                yield return new OpCase(op, Tensor.Vector(-5, 200), Tensor.Of([2, 1], [6, -1]));
                yield return new OpCase(op, Tensor.Vector((short)-5, (short)200), Tensor.Vector((short)9, (short)-200));
            }

            yield return new OpCase("BitwiseNot", Tensor.Vector(5, -1)) { Expected = [Tensor.Vector(-6, 0)] };
            yield return new OpCase("BitwiseNot", Tensor.Vector((byte)5)) { Expected = [Tensor.Vector((byte)250)] };
            yield return new OpCase("BitwiseNot", Tensor.Vector(5UL, 0UL));
            yield return new OpCase("BitwiseNot", Tensor.Vector((ushort)5));
            foreach (string direction in new[] { "LEFT", "RIGHT" })
            {
                Attributes attributes = Attributes.Of(("direction", direction));
                yield return new OpCase("BitShift", Tensor.Vector((byte)255, (byte)6, (byte)1), Tensor.Vector((byte)1, (byte)7, (byte)0)) { Attributes = attributes };
                yield return new OpCase("BitShift", Tensor.Vector(16U, 4U, 1U), Tensor.Scalar(2U)) { Attributes = attributes };
                yield return new OpCase("BitShift", Tensor.Vector(16UL, 4UL, 1UL), Tensor.Scalar(64UL))
                {
                    Attributes = attributes,
                    Expected = [Tensor.Vector(0UL, 0UL, 0UL)],
                    NotInOrt = "a shift by the width is not defined in C",
                };
                yield return new OpCase("BitShift", Tensor.Vector((ushort)16, (ushort)4), Tensor.Scalar((ushort)2)) { Attributes = attributes, NotInOrt = "no kernel for uint16" };
            }
        }
    }
}
