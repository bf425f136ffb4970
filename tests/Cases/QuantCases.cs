using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Ops between floats and integers of 8 bits, and products of those.</summary>
internal sealed class QuantCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Quantize, .. Dequantize, .. Dynamic, .. MatMuls, .. Convs];

    private static IEnumerable<OpCase> Quantize
    {
        get
        {
            yield return new("QuantizeLinear", Tensor.Vector(0f, 1, 2, 3, 1.5f, 2.5f), Tensor.Scalar(1f), Tensor.Scalar((byte)5)) { Expected = [Tensor.Vector<byte>(5, 6, 7, 8, 7, 7)], Label = "halves to even" };
            yield return new("QuantizeLinear", Tensor.Vector(-9f, 0, 3, 600), Tensor.Scalar(2f), Tensor.Scalar((byte)3)) { Expected = [Tensor.Vector<byte>(0, 3, 5, 255)], Label = "saturates" };
            yield return new("QuantizeLinear", Tensor.Vector(-9f, 0, 3, 600), Tensor.Scalar(2f)) { Expected = [Tensor.Vector<byte>(0, 0, 2, 255)] };
            yield return new("QuantizeLinear", Tensor.Vector(-900f, -3, 5, 600), Tensor.Scalar(2f), Tensor.Scalar((sbyte)-1)) { Expected = [Tensor.Vector<sbyte>(-128, -3, 1, 127)] };
            foreach (long axis in new long[] { 1, -2 })
            {
                yield return new("QuantizeLinear", Floats([2, 3, 5]), Tensor.Vector(0.1f, 0.02f, 1), Tensor.Vector<byte>(0, 100, 200)) { Attributes = Attributes.Of(("axis", axis)) };
            }

            yield return new("QuantizeLinear", Floats([40001]), Tensor.Scalar(0.01f), Tensor.Scalar((sbyte)3));
            yield return new("QuantizeLinear", Floats([0, 3]), Tensor.Scalar(0.5f), Tensor.Scalar((byte)3)) { Label = "empty" };
        }
    }

    private static IEnumerable<OpCase> Dequantize
    {
        get
        {
            yield return new("DequantizeLinear", Tensor.Vector<byte>(0, 3, 127), Tensor.Scalar(2f), Tensor.Scalar((byte)3)) { Expected = [Tensor.Vector(-6f, 0, 248)] };
            yield return new("DequantizeLinear", Tensor.Vector(-30000, 0, 70000), Tensor.Scalar(0.5f)) { Expected = [Tensor.Vector(-15000f, 0, 35000)] };
            foreach (long axis in new long[] { 1, -2 })
            {
                yield return new("DequantizeLinear", Bytes([2, 3, 5]), Tensor.Vector(0.1f, 0.02f, 1), Tensor.Vector<byte>(0, 100, 200)) { Attributes = Attributes.Of(("axis", axis)) };
            }

            yield return new("DequantizeLinear", Signed([40001]), Tensor.Scalar(0.01f), Tensor.Scalar((sbyte)3));
            yield return new("DequantizeLinear", Bytes([0, 3]), Tensor.Scalar(0.5f), Tensor.Scalar((byte)3)) { Label = "empty" };
        }
    }

    private static IEnumerable<OpCase> Dynamic =>
    [
        new("DynamicQuantizeLinear", Tensor.Vector(-1f, 0, 1.55f)) { Outputs = 3, Expected = [Tensor.Vector<byte>(0, 100, 255), Tensor.Scalar(0.01f), Tensor.Scalar((byte)100)], Label = "both signs" },
        new("DynamicQuantizeLinear", Tensor.Vector(2f, 5.1f)) { Outputs = 3, Expected = [Tensor.Vector<byte>(100, 255), Tensor.Scalar(0.02f), Tensor.Scalar((byte)0)], Label = "0 is in the range" },
        new("DynamicQuantizeLinear", Tensor.Vector(0f, 0)) { Outputs = 3, Expected = [Tensor.Vector<byte>(0, 0), Tensor.Scalar(1f), Tensor.Scalar((byte)0)], Label = "zeros" },
        new("DynamicQuantizeLinear", Floats([40001])) { Outputs = 3 },
        new("DynamicQuantizeLinear", Floats([0, 3])) { Outputs = 3, NotInOrt = "what is empty is refused", Label = "empty" },
    ];

    private static IEnumerable<OpCase> MatMuls
    {
        get
        {
            yield return new("MatMulInteger", Tensor.Of<byte>([2, 2], [1, 2, 3, 4]), Tensor.Of<byte>([2, 2], [5, 6, 7, 8]), Tensor.Scalar((byte)1), Tensor.Scalar((byte)2))
            {
                Expected = [Tensor.Of<int>([2, 2], [5, 6, 21, 26])],
            };
            yield return new("MatMulInteger", Bytes([5, 70]), Signed([70, 7]));
            yield return new("MatMulInteger", Bytes([2, 5, 9]), Signed([9, 7]), Tensor.Scalar((byte)100), Tensor.Vector<sbyte>(1, 2, 3, 4, 5, 6, 7));
            yield return new("MatMulInteger", Bytes([2, 5, 9]), Bytes([2, 9, 7]), Tensor.Scalar((byte)100));
            yield return new("MatMulInteger", Signed([5, 9]), Signed([9, 7]), Tensor.Scalar((sbyte)-3));
            yield return new("MatMulInteger", Bytes([3, 4]), Bytes([4, 2]), Tensor.Vector<byte>(1, 2, 3)) { NotInOrt = "it takes one zero point of A" };
            yield return new("MatMulInteger", Signed([5, 9]), Bytes([9, 7])) { NotInOrt = "no kernel for int8 by uint8" };
            yield return new("MatMulInteger", Bytes([0, 3]), Signed([3, 2])) { NotInOrt = "what is empty is refused", Label = "empty" };
        }
    }

    private static IEnumerable<OpCase> Convs
    {
        get
        {
            yield return new("ConvInteger", Tensor.Of<byte>([1, 1, 3, 3], [2, 3, 4, 5, 6, 7, 8, 9, 10]), Tensor.Of<byte>([1, 1, 2, 2], [1, 1, 1, 1]), Tensor.Scalar((byte)1), Tensor.Scalar((byte)0))
            {
                Attributes = Attributes.Of(("pads", new long[] { 1, 1, 1, 1 })),
                Expected = [Tensor.Of<int>([1, 1, 4, 4], [1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9])],
            };
            yield return new("ConvInteger", Bytes([2, 3, 7, 6]), Signed([4, 3, 3, 2])) { Attributes = Attributes.Of(("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 1 })) };
            yield return new("ConvInteger", Bytes([2, 4, 7, 6]), Signed([6, 2, 3, 3]), Tensor.Scalar((byte)90))
            {
                Attributes = Attributes.Of(("group", 2L), ("dilations", new long[] { 1, 2 }), ("pads", new long[] { 1, 2, 0, 1 })),
            };
            yield return new("ConvInteger", Bytes([1, 2, 5, 5]), Bytes([3, 2, 2, 2]), Tensor.Scalar((byte)9)) { Attributes = Attributes.Of(("auto_pad", "SAME_UPPER")) };
            yield return new("ConvInteger", Bytes([2, 3, 9]), Signed([4, 3, 3]), null, Tensor.Vector<sbyte>(1, 2, 3, 4)) { NotInOrt = "it takes one zero point of w" };
            yield return new("ConvInteger", Signed([1, 2, 4, 4]), Bytes([3, 2, 2, 2])) { NotInOrt = "no kernel for int8 in x" };
            yield return new("ConvInteger", Bytes([0, 2, 4, 4]), Signed([3, 2, 2, 2])) { NotInOrt = "what is empty is refused", Label = "empty" };
        }
    }

    private static Tensor Floats(int[] shape) => Tensor.Of<float>(shape, [.. Sample.Real(shape).Span<double>().ToArray().Select(v => (float)v)]);

    private static Tensor Bytes(int[] shape) => Tensor.Of<byte>(shape, [.. Sample.Real(shape, 0, 256).Span<double>().ToArray().Select(v => (byte)v)]);

    private static Tensor Signed(int[] shape) => Tensor.Of<sbyte>(shape, [.. Sample.Real(shape, -64, 65, salt: 1).Span<double>().ToArray().Select(v => (sbyte)v)]);
}
