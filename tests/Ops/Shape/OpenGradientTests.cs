using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Gradient rules, with all sizes known and with first sizes that are known at run time only, against central differences.</summary>
internal sealed class OpenGradientTests
{
    private static readonly Attributes s_add = Attributes.Of(("reduction", "add"));

    private static Tensor X(params int[] shape) => OpRun.Doubles(1, shape);

    private static Attributes Axis(long axis) => Attributes.Of(("axis", axis));

    [Test]
    public void Views_Gradient_HasTheInputsShape([Values] bool open)
    {
        OpRun.CheckGradient("Reshape", null, [X(2, 3, 4), OpRun.Longs(0, -1)], open: open);
        OpRun.CheckGradient("Flatten", null, [X(2, 3, 4)], open: open);
        OpRun.CheckGradient("Squeeze", null, [X(2, 1, 4), OpRun.Longs(1)], open: open);
        OpRun.CheckGradient("Unsqueeze", null, [X(2, 3), OpRun.Longs(1, -1)], open: open);
        OpRun.CheckGradient("Identity", null, [X(2, 3)], open: open);
    }

    [Test]
    public void Moves_Gradient_GoesBack([Values] bool open)
    {
        OpRun.CheckGradient("Transpose", Attributes.Of(("perm", new long[] { 2, 0, 1 })), [X(2, 3, 4)], open: open);
        OpRun.CheckGradient("Concat", Axis(-1), [X(2, 3), X(2, 0), X(2, 2)], open: open);
        OpRun.CheckGradient("Concat", Axis(0), [X(2, 3), X(4, 3)], open: open);
        OpRun.CheckGradient("Concat", Axis(0), [X(2, 3)], open: open);
        OpRun.CheckGradient("Split", Axis(1), [X(2, 3), OpRun.Longs(1, 2)], outputs: 2, open: open);
        OpRun.CheckGradient("Split", Attributes.Of(("num_outputs", 2L)), [X(3, 2)], outputs: 2);
        OpRun.CheckGradient("Tile", null, [X(2, 3), OpRun.Longs(3, 2)], open: open);
        OpRun.CheckGradient("Expand", null, [X(2, 1), OpRun.Longs(2, 2, 3)], open: open);
        OpRun.CheckGradient("Expand", null, [X(), OpRun.Longs(2, 3)]);
    }

    [Test]
    public void Slice_Gradient_IsZeroElsewhere([Values] bool open)
    {
        OpRun.CheckGradient("Slice", null, [X(3, 5), OpRun.Longs(1), OpRun.Longs(-1), OpRun.Longs(1)], open: open);
        OpRun.CheckGradient("Slice", null, [X(3, 5), OpRun.Longs(-2, 0), OpRun.Longs(9, 2)], open: open);
        OpRun.CheckGradient("Slice", null, [X(3, 5), OpRun.Longs(-1, 4), OpRun.Longs(-9, -9), OpRun.Longs(0, 1), OpRun.Longs(-1, -3)], open: open);
        OpRun.CheckGradient("Slice", null, [X(3, 5), Tensor.Vector(3), Tensor.Vector(3), Tensor.Vector(1), Tensor.Vector(2)], open: open);
    }

    [Test]
    public void Pad_Gradient_ReachesDataAndConstant([Values] bool open)
    {
        OpRun.CheckGradient("Pad", null, [X(2, 3), OpRun.Longs(1, 0, 0, 2), Tensor.Scalar(0.5)], open: open);
        OpRun.CheckGradient("Pad", null, [X(2, 3), OpRun.Longs(-1, 1, 2, 0)], open: open);
        OpRun.CheckGradient("Pad", null, [X(2, 3), OpRun.Longs(1, 2), null, Tensor.Vector(-1)], open: open);
        OpRun.CheckGradient("Pad", Attributes.Of(("mode", "edge")), [X(2, 3), OpRun.Longs(1, 0, 0, 2)], open: open);
        OpRun.CheckGradient("Pad", Attributes.Of(("mode", "reflect")), [X(2, 3), OpRun.Longs(1, 2, 1, 0)], open: open);
    }

    [Test]
    public void Indexed_Gradient_AddsUp([Values] bool open)
    {
        OpRun.CheckGradient("Gather", null, [X(4, 3), Tensor.Of<long>([2, 2], [0, 3, 3, -1])], open: open);
        OpRun.CheckGradient("Gather", Axis(1), [X(4, 3, 2), Tensor.Of([2, 2], [0, 2, 2, -1])], open: open);
        OpRun.CheckGradient("Gather", Axis(-1), [X(4, 3), Tensor.Scalar(1L)], open: open);
        OpRun.CheckGradient("GatherElements", Axis(1), [X(2, 3), Tensor.Of<long>([2, 2], [0, 0, -1, 1])], open: open);
        OpRun.CheckGradient("GatherND", null, [X(3, 2), Tensor.Of<long>([3, 1], [0, 2, 2])], open: open);
        OpRun.CheckGradient("GatherND", Attributes.Of(("batch_dims", 1L)), [X(2, 3, 2), Tensor.Of<long>([2, 1], [1, 2])], open: open);
        OpRun.CheckGradient("ScatterElements", s_add, [X(3, 2), Tensor.Of<long>([2, 2], [0, 0, 0, -1]), X(2, 2)], open: open);
        OpRun.CheckGradient("ScatterElements", Axis(1), [X(3, 2), Tensor.Of<long>([3, 1], [0, 1, 0]), X(3, 1)], open: open);
        OpRun.CheckGradient("ScatterND", s_add, [X(3, 2), Tensor.Of<long>([3, 1], [0, 2, 2]), X(3, 2)], open: open);
        OpRun.CheckGradient("ScatterND", null, [X(3, 2), Tensor.Of<long>([2, 2], [0, 1, 2, 0]), X(2)], open: open);
    }

    [Test]
    public void Gemm_Gradient_IsGemms([Values] bool transA, [Values] bool transB, [Values] bool open)
    {
        Attributes a = Attributes.Of(("transA", transA ? 1L : 0L), ("transB", transB ? 1L : 0L), ("alpha", 0.5f), ("beta", 2f));
        Tensor left = OpRun.Doubles(1, transA ? [3, 5] : [5, 3]);
        Tensor right = OpRun.Doubles(2, transB ? [4, 3] : [3, 4]);
        OpRun.CheckGradient("Gemm", a, [left, right, OpRun.Doubles(3, 4)], open: open);
        OpRun.CheckGradient("Gemm", a, [left, right, OpRun.Doubles(3, 5, 1)], open: open);
        OpRun.CheckGradient("Gemm", a, [left, right], open: open);
        OpRun.CheckGradient("GemmRelu", a, [left, right, OpRun.Doubles(3, 4)], open: open);
    }

    [TestCase(new[] { 3 }, new[] { 3 })]
    [TestCase(new[] { 3 }, new[] { 3, 2 })]
    [TestCase(new[] { 3 }, new[] { 2, 3, 4 })]
    [TestCase(new[] { 2, 3 }, new[] { 3 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 3 })]
    [TestCase(new[] { 2, 3 }, new[] { 3, 5 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 3, 5 })]
    [TestCase(new[] { 2, 3 }, new[] { 4, 3, 5 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 4, 3, 5 })]
    [TestCase(new[] { 2, 1, 2, 3 }, new[] { 1, 3, 3, 5 })]
    public void MatMul_Gradient_UndoesBroadcasting(int[] a, int[] b)
    {
        OpRun.CheckGradient("MatMul", null, [OpRun.Doubles(1, a), OpRun.Doubles(2, b)]);
        OpRun.CheckGradient("MatMul", null, [OpRun.Doubles(1, a), OpRun.Doubles(2, b)], open: a.Length > 1 && b.Length == 2);
    }
}
