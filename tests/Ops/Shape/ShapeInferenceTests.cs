using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Shape rules with a symbolic batch.</summary>
internal sealed class ShapeInferenceTests
{
    private static TensorType Open(params int[] rest) => TensorType.Of(DType.Float, [Dim.Of("N"), .. rest.Select(Dim.Of)]);

    [TestCase(new long[] { 0, -1 }, "float[N,784]")]
    [TestCase(new long[] { -1, 784 }, "float[N,784]")]
    [TestCase(new long[] { -1, 392 }, "float[?,392]")]
    [TestCase(new long[] { 0, 7, -1 }, "float[N,7,112]")]
    [TestCase(new long[] { 10, 784 }, "float[10,784]")]
    public void Reshape_SymbolicBatch_InfersTheRest(long[] shape, string expected) =>
        Assert.That(OpRun.Shape("Reshape", null, Open(28, 28), OpRun.Longs(shape)), Is.EqualTo(expected));

    [Test]
    public void Reshape_UnknownShape_KeepsItsRank() =>
        Assert.That(OpRun.Shape("Reshape", null, Open(4), TensorType.Of(DType.Int64, 3)), Is.EqualTo("float[?,?,?]"));

    [TestCase(1L, "float[N,12]")]
    [TestCase(0L, "float[1,?]")]
    [TestCase(2L, "float[?,4]")]
    [TestCase(-1L, "float[?,4]")]
    [TestCase(3L, "float[?,1]")]
    public void Flatten_SymbolicBatch_KeepsWhatIsKnown(long axis, string expected) =>
        Assert.That(OpRun.Shape("Flatten", Attributes.Of(("axis", axis)), Open(3, 4)), Is.EqualTo(expected));

    [Test]
    public void Concat_SymbolicBatch_StaysSymbolic() =>
        Assert.That(OpRun.Shape("Concat", Attributes.Of(("axis", 1L)), Open(3), Open(4)), Is.EqualTo("float[N,7]"));

    [Test]
    public void Slice_SymbolicBatch_IsKeptWhenWhole() =>
        Assert.That(OpRun.Shape("Slice", null, Open(5), OpRun.Longs(0, 1), OpRun.Longs(long.MaxValue, -1)), Is.EqualTo("float[N,3]"));

    [Test]
    public void Slice_SymbolicBatch_IsUnknownWhenCut() =>
        Assert.That(OpRun.Shape("Slice", null, Open(5), OpRun.Longs(0), OpRun.Longs(8)), Is.EqualTo("float[?,5]"));

    [Test]
    public void Gather_SymbolicIndices_TakeTheAxis() =>
        Assert.That(
            OpRun.Shape("Gather", null, TensorType.Of(DType.Float, 100, 8), TensorType.Of(DType.Int64, Dim.Of("N"), 5)),
            Is.EqualTo("float[N,5,8]"));

    [Test]
    public void OneHot_SymbolicBatch_AddsDepth() =>
        Assert.That(
            OpRun.Shape("OneHot", null, TensorType.Of(DType.Int64, Dim.Of("N")), Tensor.Scalar(10L), Tensor.Vector(0f, 1f)),
            Is.EqualTo("float[N,10]"));

    [Test]
    public void Split_SymbolicBatch_StaysSymbolic() =>
        Assert.That(OpRun.Shape("Split", Attributes.Of(("axis", 1L)), Open(6), OpRun.Longs(6)), Is.EqualTo("float[N,6]"));

    [Test]
    public void Pad_SymbolicBatchUnpadded_StaysSymbolic() =>
        Assert.That(OpRun.Shape("Pad", null, Open(6), OpRun.Longs(0, 1, 0, 2)), Is.EqualTo("float[N,9]"));

    [Test]
    public void Transpose_SymbolicBatch_Moves() =>
        Assert.That(OpRun.Shape("Transpose", null, Open(6)), Is.EqualTo("float[6,N]"));

    [Test]
    public void Expand_UnknownShape_Broadcasts() =>
        Assert.That(OpRun.Shape("Expand", null, TensorType.Of(DType.Float, 1, 3), TensorType.Of(DType.Int64, 2)), Is.EqualTo("float[?,3]"));

    [Test]
    public void Tile_SymbolicBatchOnce_StaysSymbolic() =>
        Assert.That(OpRun.Shape("Tile", null, Open(2), OpRun.Longs(1, 3)), Is.EqualTo("float[N,6]"));

    [Test]
    public void MatMul_SymbolicBatch_StaysSymbolic() =>
        Assert.That(OpRun.Shape("MatMul", null, Open(5, 4), TensorType.Of(DType.Float, 4, 3)), Is.EqualTo("float[N,5,3]"));

    [Test]
    public void Gemm_SymbolicBatch_StaysSymbolic() =>
        Assert.That(
            OpRun.Shape("Gemm", Attributes.Of(("transB", 1L)), Open(4), TensorType.Of(DType.Float, 3, 4), TensorType.Of(DType.Float, 3)),
            Is.EqualTo("float[N,3]"));
}
