using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Values, edge cases and errors of the ops that read indices.</summary>
internal sealed class IndexingOpsTests
{
    private static Attributes Axis(long axis) => Attributes.Of(("axis", axis));

    private static void AreEqual(Tensor actual, int[] shape, params float[] values)
    {
        Assert.That(actual.Shape.ToArray(), Is.EqualTo(shape));
        Assert.That(actual.Span<float>().ToArray(), Is.EqualTo(values));
    }

    [Test]
    public void Gather_Rows_WithNegativeIndex() => AreEqual(
        OpRun.One("Gather", null, OpRun.Iota(3, 2), Tensor.Of<long>([1, 2], [-1, 0])), [1, 2, 2], 4, 5, 0, 1);

    [Test]
    public void Gather_LastAxisInt32Scalar_DropsTheAxis() => AreEqual(OpRun.One("Gather", Axis(-1), OpRun.Iota(3, 2), Tensor.Scalar(1)), [3], 1, 3, 5);

    [Test]
    public void Gather_Strings_Picks() => Assert.That(
        OpRun.One("Gather", null, Tensor.OfStrings([2], ["no", "yes"]), OpRun.Longs(1, 1, 0)).Strings, Is.EqualTo(new[] { "yes", "yes", "no" }));

    [Test]
    public void Gather_NoIndices_IsEmpty() => AreEqual(OpRun.One("Gather", null, OpRun.Iota(3, 2), OpRun.Longs()), [0, 2]);

    [TestCase(3)]
    [TestCase(-4)]
    public void Gather_OutOfRange_NamesTheIndex(long index) => Assert.That(
        OpRun.Error("Gather", null, OpRun.Iota(3, 2), OpRun.Longs(0, index)),
        Is.EqualTo($"node 'n' (Gather) → index {index} is out of range for axis 0 of size 3. hint: indices go from -3 to 2"));

    [Test]
    public void Gather_LargeOnThreads_MatchesLoop()
    {
        long[] indices = [.. Enumerable.Range(0, 5000).Select(i => i * 7L % 300)];
        float[] y = OpRun.Threads(3, "Gather", null, OpRun.Iota(300, 17), OpRun.Longs(indices)).Span<float>().ToArray();
        Assert.That(y, Is.EqualTo(indices.SelectMany(i => Enumerable.Range(0, 17).Select(j => (float)((i * 17) + j)))));
    }

    [Test]
    public void GatherElements_Axis_PicksPerLine()
    {
        AreEqual(OpRun.One("GatherElements", Axis(1), OpRun.Iota(2, 2), Tensor.Of<long>([2, 3], [0, 0, 1, -1, 0, 0])), [2, 3], 0, 0, 1, 3, 2, 2);
        AreEqual(OpRun.One("GatherElements", null, OpRun.Iota(3, 2), Tensor.Of([1, 2], [2, 0])), [1, 2], 4, 1);
    }

    [Test]
    public void GatherElements_TooLarge_NamesBothShapes() => Assert.That(
        OpRun.Error("GatherElements", null, OpRun.Iota(3, 2), Tensor.Of<long>([1, 3], [0, 0, 0])),
        Is.EqualTo("node 'n' (GatherElements) → indices of shape [1,3] do not fit data of shape [3,2]"));

    [TestCase("none", new[] { 0f, 20, 2, 3 })]
    [TestCase("add", new[] { 0f, 31, 2, 3 })]
    [TestCase("mul", new[] { 0f, 200, 2, 3 })]
    [TestCase("min", new[] { 0f, 1, 2, 3 })]
    [TestCase("max", new[] { 0f, 20, 2, 3 })]
    public void ScatterElements_RepeatedIndex_Reduces(string reduction, float[] expected) => AreEqual(
        OpRun.One("ScatterElements", Attributes.Of(("reduction", reduction)), OpRun.Iota(4), OpRun.Longs(1, -3), Tensor.Vector(10f, 20f)), [4], expected);

    [Test]
    public void ScatterElements_InnerAxis_WritesPerLine() => AreEqual(
        OpRun.One("ScatterElements", Axis(1), OpRun.Iota(2, 3), Tensor.Of<long>([2, 1], [2, 0]), Tensor.Of([2, 1], [8f, 9f])), [2, 3], 0, 1, 8, 9, 4, 5);

    [Test]
    public void ScatterElements_Misfit_NamesBothShapes() => Assert.That(
        OpRun.Error("ScatterElements", null, OpRun.Iota(4), OpRun.Longs(1), Tensor.Vector(10f, 20f)),
        Is.EqualTo("node 'n' (ScatterElements) → indices of shape [1] do not fit updates of shape [2]"));

    [Test]
    public void ScatterND_Rows_Add() => AreEqual(
        OpRun.One("ScatterND", Attributes.Of(("reduction", "add")), OpRun.Iota(3, 2), Tensor.Of<long>([3, 1], [0, -1, 0]), OpRun.Iota(3, 2)),
        [3, 2], 4, 7, 2, 3, 6, 8);

    [Test]
    public void ScatterND_Elements_Replace() => AreEqual(
        OpRun.One("ScatterND", null, OpRun.Iota(2, 2), Tensor.Of<long>([1, 2], [1, 0]), Tensor.Vector(9f)), [2, 2], 0, 1, 9, 3);

    [Test]
    public void ScatterND_OutOfRange_NamesTheIndex() => Assert.That(
        OpRun.Error("ScatterND", null, OpRun.Iota(2, 2), Tensor.Of<long>([1, 2], [1, 2]), Tensor.Vector(9f)),
        Does.Contain("index 2 is out of range for axis 1 of size 2"));

    [Test]
    public void ScatterND_LargeOnThreads_IsBitIdentical()
    {
        Tensor indices = Tensor.Of<long>([999, 1], [.. Enumerable.Range(0, 999).Select(i => (long)(i % 5))]);
        Tensor updates = OpRun.Of([999, 3000], i => Math.Sin(i));
        Attributes add = Attributes.Of(("reduction", "add"));
        Tensor one = OpRun.Threads(1, "ScatterND", add, OpRun.Iota(5, 3000), indices, updates);
        Tensor three = OpRun.Threads(3, "ScatterND", add, OpRun.Iota(5, 3000), indices, updates);
        Assert.That(three.Bytes.SequenceEqual(one.Bytes));
        double expected = 3001 + Enumerable.Range(0, 200).Where(k => (k * 5) + 1 < 999).Sum(k => Math.Sin((((k * 5) + 1) * 3000) + 1));
        Assert.That(one.Span<float>()[3001], Is.EqualTo(expected).Within(1e-2));
    }

    [Test]
    public void GatherND_Batch_PicksInEach() => AreEqual(
        OpRun.One("GatherND", Attributes.Of(("batch_dims", 1L)), OpRun.Iota(2, 2, 2), Tensor.Of<long>([2, 1], [1, 0])), [2, 2], 2, 3, 4, 5);

    [Test]
    public void GatherND_Tuples_PickElements() => AreEqual(
        OpRun.One("GatherND", null, OpRun.Iota(2, 2), Tensor.Of<long>([2, 2], [0, 0, 1, -1])), [2], 0, 3);

    [Test]
    public void OneHot_Indices_WrapOrVanish()
    {
        AreEqual(
            OpRun.One("OneHot", null, OpRun.Longs(0, -1, 3), Tensor.Scalar(3L), Tensor.Vector(-1f, 2f)), [3, 3], 2, -1, -1, -1, -1, 2, -1, -1, -1);
        AreEqual(
            OpRun.One("OneHot", Axis(0), Tensor.Of([1, 2], [1, 0]), Tensor.Vector(2f), Tensor.Vector(0f, 1f)), [2, 1, 2], 0, 1, 1, 0);
    }

    [Test]
    public void OneHot_WrongValues_NamesShape() => Assert.That(
        OpRun.Error("OneHot", null, OpRun.Longs(0), Tensor.Scalar(3L), Tensor.Vector(1f)), Does.EndWith("values have shape [1], expected [2]: off and on"));
}
