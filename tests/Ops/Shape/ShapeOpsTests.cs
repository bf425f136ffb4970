using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Values, edge cases and errors of the ops that change shapes or move elements.</summary>
internal sealed class ShapeOpsTests
{
    private static Attributes Axis(long axis) => Attributes.Of(("axis", axis));

    private static void AreEqual(Tensor actual, int[] shape, params float[] values)
    {
        Assert.That(actual.Shape.ToArray(), Is.EqualTo(shape));
        Assert.That(actual.Span<float>().ToArray(), Is.EqualTo(values));
    }

    private static void AreEqual(Tensor actual, int[] shape, params string[] values)
    {
        Assert.That(actual.Shape.ToArray(), Is.EqualTo(shape));
        Assert.That(actual.Strings, Is.EqualTo(values));
    }

    private static Tensor Strings(int[] shape, params string[] values) => Tensor.OfStrings(shape, values);

    [TestCase(new long[] { 3, 2 }, new[] { 3, 2 })]
    [TestCase(new long[] { -1 }, new[] { 6 })]
    [TestCase(new long[] { 0, 1, -1 }, new[] { 2, 1, 3 })]
    public void Reshape_Shape_KeepsElements(long[] shape, int[] expected) =>
        AreEqual(OpRun.One("Reshape", null, OpRun.Iota(2, 3), OpRun.Longs(shape)), expected, 0, 1, 2, 3, 4, 5);

    [Test]
    public void Reshape_AllowZero_MakesEmpty() => AreEqual(
        OpRun.One("Reshape", Attributes.Of(("allowzero", 1L)), OpRun.Iota(0, 3), OpRun.Longs(3, 0)), [3, 0], Array.Empty<float>());

    [Test]
    public void Reshape_EmptyKeptZero_InfersRest() => AreEqual(
        OpRun.One("Reshape", null, OpRun.Iota(2, 0, 3), OpRun.Longs(0, 0, 3)), [2, 0, 3], Array.Empty<float>());

    [Test]
    public void Reshape_Scalar_OfOneElement() => AreEqual(OpRun.One("Reshape", null, OpRun.Iota(1, 1), OpRun.Longs()), [], 0f);

    [Test]
    public void Reshape_WrongCount_NamesNodeAndShapes() => Assert.That(
        OpRun.Error("Reshape", null, OpRun.Iota(2, 3), OpRun.Longs(4, 2)),
        Is.EqualTo("node 'n' (Reshape) → input of shape [2,3] cannot be reshaped to [4,2]"));

    [TestCase(new long[] { 4, -1 })]
    [TestCase(new long[] { -1, -1 })]
    [TestCase(new long[] { 1, 2, 0 })]
    [TestCase(new long[] { -2, 3 })]
    public void Reshape_Impossible_Fails(long[] shape) =>
        Assert.That(OpRun.Error("Reshape", null, OpRun.Iota(2, 3), OpRun.Longs(shape)), Does.StartWith("node 'n' (Reshape) → "));

    [Test]
    public void Squeeze_NoAxes_RemovesAllOnes() => AreEqual(OpRun.One("Squeeze", null, OpRun.Iota(1, 2, 1)), [2], 0f, 1f);

    [Test]
    public void Squeeze_NegativeAxis_RemovesIt() => AreEqual(OpRun.One("Squeeze", null, OpRun.Iota(1, 2, 1), OpRun.Longs(-1)), [1, 2], 0f, 1f);

    [Test]
    public void Squeeze_SizeNotOne_NamesShape() => Assert.That(
        OpRun.Error("Squeeze", null, OpRun.Iota(1, 2), OpRun.Longs(1)), Is.EqualTo("node 'n' (Squeeze) → dimension 1 of [1,2] is not of size 1"));

    [Test]
    public void Unsqueeze_MixedAxes_CountInTheResult() =>
        AreEqual(OpRun.One("Unsqueeze", null, OpRun.Iota(2), OpRun.Longs(-1, 0)), [1, 2, 1], 0f, 1f);

    [Test]
    public void Unsqueeze_AxisTwice_Fails() =>
        Assert.That(OpRun.Error("Unsqueeze", null, OpRun.Iota(2), OpRun.Longs(0, -3)), Does.Contain("twice"));

    [TestCase(1, 1)]
    [TestCase(3, 5)]
    [TestCase(64, 33)]
    [TestCase(700, 301)]
    [TestCase(3, 50000)]
    public void Transpose_Matrix_MatchesLoop(int rows, int columns)
    {
        Tensor x = OpRun.Iota(rows, columns);
        float[] y = OpRun.Threads(3, "Transpose", null, x).Span<float>().ToArray();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Assert.That(y[(j * rows) + i], Is.EqualTo((i * columns) + j));
            }
        }
    }

    [Test]
    public void Transpose_AllPermutationsOfFour_MatchLoop([Values] bool isLarge)
    {
        int[] sizes = isLarge ? [3, 40, 35, 37] : [2, 3, 4, 5];
        Tensor x = OpRun.Iota(sizes);
        int[] strides = [sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1];
        foreach (int[] p in Permutations([0, 1, 2, 3]))
        {
            Tensor y = OpRun.One("Transpose", Attributes.Of(("perm", p.Select(d => (long)d).ToArray())), x);
            Assert.That(y.Shape.ToArray(), Is.EqualTo(p.Select(d => sizes[d])));
            float[] expected = new float[x.Length];
            int at = 0;
            for (int a = 0; a < sizes[p[0]]; a++)
            {
                for (int b = 0; b < sizes[p[1]]; b++)
                {
                    for (int c = 0; c < sizes[p[2]]; c++)
                    {
                        for (int d = 0; d < sizes[p[3]]; d++)
                        {
                            expected[at++] = (a * strides[p[0]]) + (b * strides[p[1]]) + (c * strides[p[2]]) + (d * strides[p[3]]);
                        }
                    }
                }
            }

            Assert.That(y.Span<float>().SequenceEqual(expected), $"perm {string.Join(",", p)}");
        }
    }

    private static IEnumerable<int[]> Permutations(int[] rest) => rest.Length == 0
        ? [[]]
        : rest.SelectMany(d => Permutations([.. rest.Where(e => e != d)]).Select(p => (int[])[d, .. p]));

    [Test]
    public void Transpose_EverySize_MovesWholeElements()
    {
        AreEqual(OpRun.One("Transpose", null, Strings([2, 2], "a", "b", "c", "d")), [2, 2], "a", "c", "b", "d");
        Assert.That(OpRun.One("Transpose", null, Tensor.Of<byte>([1, 3], [1, 2, 3])).Span<byte>().ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(OpRun.One("Transpose", null, Tensor.Of<short>([2, 2], [1, 2, 3, 4])).Span<short>().ToArray(), Is.EqualTo(new short[] { 1, 3, 2, 4 }));
        Assert.That(OpRun.One("Transpose", null, Tensor.Of<long>([2, 2], [1, 2, 3, 4])).Span<long>().ToArray(), Is.EqualTo(new long[] { 1, 3, 2, 4 }));
    }

    [Test]
    public void Transpose_WrongPerm_Fails() => Assert.That(
        OpRun.Error("Transpose", Attributes.Of(("perm", new long[] { 0, 0 })), OpRun.Iota(2, 3)),
        Is.EqualTo("node 'n' (Transpose) → perm [0,0] is no permutation of the dimensions of [2,3]"));

    [Test]
    public void Concat_NegativeAxis_Joins() => AreEqual(
        OpRun.One("Concat", Axis(-1), OpRun.Iota(2, 1), OpRun.Iota(2, 0), OpRun.Iota(2, 2)), [2, 3], 0, 0, 1, 1, 2, 3);

    [Test]
    public void Concat_Strings_Joins() => AreEqual(OpRun.One("Concat", Axis(0), Strings([1], "a"), Strings([2], "b", "c")), [3], "a", "b", "c");

    [Test]
    public void Concat_Misfit_NamesBothShapes() => Assert.That(
        OpRun.Error("Concat", Axis(0), OpRun.Iota(2, 3), OpRun.Iota(2, 4)), Is.EqualTo("node 'n' (Concat) → shapes [2,3] and [2,4] do not join along axis 0"));

    [Test]
    public void Split_Uneven_LastIsSmaller()
    {
        Tensor?[] parts = OpRun.All("Split", Attributes.Of(("num_outputs", 2L), ("axis", 1L)), 2, OpRun.Iota(2, 3));
        AreEqual(parts[0]!, [2, 2], 0, 1, 3, 4);
        AreEqual(parts[1]!, [2, 1], 2, 5);
    }

    [Test]
    public void Split_Sizes_IncludingEmpty()
    {
        Tensor?[] parts = OpRun.All("Split", Axis(-1), 3, OpRun.Iota(3), OpRun.Longs(1, 0, 2));
        AreEqual(parts[0]!, [1], 0f);
        AreEqual(parts[1]!, [0], Array.Empty<float>());
        AreEqual(parts[2]!, [2], 1f, 2f);
    }

    [Test]
    public void Split_WrongSum_Fails() => Assert.That(
        OpRun.Error("Split", null, OpRun.Iota(3), OpRun.Longs(2)), Is.EqualTo("node 'n' (Split) → sizes [2] do not split dimension 0 of [3] into 1 outputs"));

    [TestCase(1, 3, 1, new[] { 1f, 2 })]
    [TestCase(0, long.MaxValue, 2, new[] { 0f, 2, 4 })]
    [TestCase(-1, long.MinValue, -1, new[] { 4f, 3, 2, 1, 0 })]
    [TestCase(-2, -5, -2, new[] { 3f, 1 })]
    [TestCase(int.MaxValue, int.MinValue, -3, new[] { 4f, 1 })]
    [TestCase(3, 1, 1, new float[0])]
    [TestCase(-100, 2, 1, new[] { 0f, 1 })]
    [TestCase(1, 2, long.MaxValue, new[] { 1f })]
    public void Slice_Vector_MatchesPython(long start, long end, long step, float[] expected) => AreEqual(
        OpRun.One("Slice", null, OpRun.Iota(5), OpRun.Longs(start), OpRun.Longs(end), OpRun.Longs(0), OpRun.Longs(step)), [expected.Length], expected);

    [Test]
    public void Slice_AxesInt32_CutsThem() => AreEqual(
        OpRun.One("Slice", null, OpRun.Iota(2, 3), Tensor.Vector(1), Tensor.Vector(3), Tensor.Vector(-1)), [2, 2], 1, 2, 4, 5);

    [Test]
    public void Slice_ReversedRowsAndColumns_MatchesLoop() => AreEqual(
        OpRun.One("Slice", null, OpRun.Iota(2, 3), OpRun.Longs(-1, -1), OpRun.Longs(-9, -9), OpRun.Longs(0, 1), OpRun.Longs(-1, -2)), [2, 2], 5, 3, 2, 0);

    [Test]
    public void Slice_Strings_Cuts() => AreEqual(OpRun.One("Slice", null, Strings([3], "a", "b", "c"), OpRun.Longs(1), OpRun.Longs(9)), [2], "b", "c");

    [Test]
    public void Slice_StepZero_Fails() => Assert.That(
        OpRun.Error("Slice", null, OpRun.Iota(5), OpRun.Longs(0), OpRun.Longs(1), OpRun.Longs(0), OpRun.Longs(0)), Does.EndWith("the step of axis 0 is 0"));

    [Test]
    public void Expand_LeadingAndInner_Repeats() =>
        AreEqual(OpRun.One("Expand", null, OpRun.Iota(2, 1), OpRun.Longs(2, 1, 3)), [2, 2, 3], 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1);

    [Test]
    public void Expand_Large_FillsAll() =>
        Assert.That(OpRun.Threads(2, "Expand", null, Tensor.Scalar(3f), OpRun.Longs(200, 301)).Span<float>().IndexOfAnyExcept(3f), Is.EqualTo(-1));

    [Test]
    public void Expand_Misfit_NamesBothShapes() => Assert.That(
        OpRun.Error("Expand", null, OpRun.Iota(2), OpRun.Longs(3)), Is.EqualTo("node 'n' (Expand) → shapes [2] and [3] do not broadcast"));

    [Test]
    public void Tile_Matrix_Repeats() =>
        AreEqual(OpRun.One("Tile", null, OpRun.Iota(2, 2), OpRun.Longs(2, 2)), [4, 4], 0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3);

    [Test]
    public void Tile_Zero_IsEmpty() => AreEqual(OpRun.One("Tile", null, OpRun.Iota(2), OpRun.Longs(0)), [0], Array.Empty<float>());

    [TestCase(0, 9, new[] { 2L, 3, 4 })]
    [TestCase(-2, 9, new[] { 3L, 4 })]
    [TestCase(1, -1, new[] { 3L })]
    [TestCase(2, 1, new long[0])]
    public void Shape_StartEnd_AreClamped(long start, long end, long[] expected) => Assert.That(
        OpRun.One("Shape", Attributes.Of(("start", start), ("end", end)), OpRun.Iota(2, 3, 4)).Span<long>().ToArray(), Is.EqualTo(expected));

    [Test]
    public void Size_Tensor_CountsElements() => Assert.That(OpRun.One("Size", null, OpRun.Iota(2, 3)).Span<long>()[0], Is.EqualTo(6));

    [Test]
    public void Range_Numbers_StopBeforeLimit()
    {
        Assert.That(OpRun.One("Range", null, Tensor.Scalar(10L), Tensor.Scalar(4L), Tensor.Scalar(-2L)).Span<long>().ToArray(), Is.EqualTo(new[] { 10L, 8, 6 }));
        AreEqual(OpRun.One("Range", null, Tensor.Scalar(0f), Tensor.Scalar(1f), Tensor.Scalar(0.4f)), [3], 0f, 0.4f, 0.8f);
        Assert.That(OpRun.One("Range", null, Tensor.Scalar(1), Tensor.Scalar(1), Tensor.Scalar(1)).Length, Is.Zero);
    }

    [Test]
    public void ConstantOfShape_Value_FillsInItsType()
    {
        AreEqual(OpRun.One("ConstantOfShape", null, OpRun.Longs(2, 1)), [2, 1], 0f, 0f);
        Tensor y = OpRun.One("ConstantOfShape", Attributes.Of(("value", Tensor.Vector(7L))), OpRun.Longs(20000));
        Assert.That(y.Span<long>().IndexOfAnyExcept(7L), Is.EqualTo(-1));
    }

    [Test]
    public void Constant_EachAttribute_HasItsType()
    {
        AreEqual(OpRun.One("Constant", Attributes.Of(("value_float", 2f))), [], 2f);
        AreEqual(OpRun.One("Constant", Attributes.Of(("value", OpRun.Iota(2)))), [2], 0f, 1f);
        AreEqual(OpRun.One("Constant", Attributes.Of(("value_string", "s"))), [], "s");
        Assert.That(OpRun.One("Constant", Attributes.Of(("value_ints", new long[] { 1, 2 }))).Span<long>().ToArray(), Is.EqualTo(new[] { 1L, 2 }));
        Assert.That(OpRun.Error("Constant", null), Does.EndWith("0 attributes are given, expected one"));
    }

    [Test]
    public void Pad_Constant_SurroundsAndCuts()
    {
        AreEqual(OpRun.One("Pad", null, OpRun.Iota(1, 2), OpRun.Longs(1, 1, 0, 2), Tensor.Scalar(9f)), [2, 5], 9, 9, 9, 9, 9, 9, 0, 1, 9, 9);
        AreEqual(OpRun.One("Pad", null, OpRun.Iota(2, 3), OpRun.Longs(-1, 1, 0, -2)), [1, 2], 0, 3);
        AreEqual(OpRun.One("Pad", null, OpRun.Iota(2, 2), OpRun.Longs(1, 0), Tensor.Scalar(5f), OpRun.Longs(-1)), [2, 3], 5, 0, 1, 5, 2, 3);
        AreEqual(OpRun.One("Pad", null, OpRun.Iota(0, 1), OpRun.Longs(1, 0, 1, 0)), [2, 1], 0f, 0f);
    }

    [TestCase("reflect", new[] { 2f, 1, 0, 1, 2, 1 })]
    [TestCase("edge", new[] { 0f, 0, 0, 1, 2, 2 })]
    public void Pad_Mode_ContinuesTheRow(string mode, float[] expected) =>
        AreEqual(OpRun.One("Pad", Attributes.Of(("mode", mode)), OpRun.Iota(3), OpRun.Longs(2, 1)), [6], expected);

    [Test]
    public void Pad_ReflectTooFar_NamesShape() => Assert.That(
        OpRun.Error("Pad", Attributes.Of(("mode", "reflect")), OpRun.Iota(3), OpRun.Longs(3, 0)),
        Is.EqualTo("node 'n' (Pad) → pads [3,0] reach beyond dimension 0 of [3] in mode reflect"));
}
