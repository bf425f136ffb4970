using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Gemm, its fused forms and MatMul against plain loops.</summary>
internal sealed class MatrixProductTests
{
    private static Attributes Gemm(bool transA = false, bool transB = false, float alpha = 1, float beta = 1, bool withBeta = true) => Attributes.Of(
        ("alpha", alpha), ("beta", withBeta ? beta : null), ("transA", transA ? 1L : 0L), ("transB", transB ? 1L : 0L));

    private static double[] Expected(Tensor a, Tensor b, int m, int n, int k, bool transA, bool transB, double alpha)
    {
        double[] y = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int p = 0; p < k; p++)
                {
                    y[(i * n) + j] += alpha * a.Span<double>()[transA ? (p * m) + i : (i * k) + p] * b.Span<double>()[transB ? (j * k) + p : (p * n) + j];
                }
            }
        }

        return y;
    }

    private static void AreClose(Tensor actual, int[] shape, double[] expected)
    {
        Assert.That(actual.Shape.ToArray(), Is.EqualTo(shape));
        Assert.That(actual.Span<double>().ToArray(), Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Gemm_EveryBias_MatchesLoop(
        [Values] bool transA, [Values] bool transB, [Values("", "_", "1", "7", "1,7", "5,1", "5,7", "1,1")] string bias)
    {
        (int m, int n, int k) = (5, 7, 3);
        Tensor a = OpRun.Doubles(1, transA ? [k, m] : [m, k]);
        Tensor b = OpRun.Doubles(2, transB ? [n, k] : [k, n]);
        int[] shape = [.. bias.Split(',', '_').Where(s => s.Length > 0).Select(s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];
        Tensor? c = bias == "" ? null : OpRun.Doubles(3, shape);
        double[] expected = Expected(a, b, m, n, k, transA, transB, 0.5);
        for (int i = 0; c is not null && i < expected.Length; i++)
        {
            int row = shape.Length == 2 && shape[0] > 1 ? i / n : 0;
            int column = shape.Length > 0 && shape[^1] > 1 ? i % n : 0;
            expected[i] += 2 * c.Span<double>()[(row * (shape.Length > 0 ? shape[^1] : 1)) + column];
        }

        AreClose(OpRun.One("Gemm", Gemm(transA, transB, 0.5f, 2), a, b, c), [m, n], expected);
    }

    [Test]
    public void Gemm_NoSums_IsTheBias()
    {
        Tensor y = OpRun.One("Gemm", Gemm(beta: 2), Tensor.Zeros(DType.Double, 2, 0), Tensor.Zeros(DType.Double, 0, 3), Tensor.Vector(1.0, 2, 3));
        AreClose(y, [2, 3], [2, 4, 6, 2, 4, 6]);
    }

    [TestCase(0, 3)]
    [TestCase(3, 0)]
    public void Gemm_NoRowsOrColumns_IsEmpty(int m, int n) => AreClose(
        OpRun.One("Gemm", null, Tensor.Zeros(DType.Double, m, 4), Tensor.Zeros(DType.Double, 4, n), Tensor.Scalar(1.0)), [m, n], []);

    [Test]
    public void Gemm_AlphaZero_IsTheBias() => AreClose(
        OpRun.One("Gemm", Gemm(alpha: 0), OpRun.Doubles(1, 2, 3), OpRun.Doubles(2, 3, 2), Tensor.Scalar(4.0)), [2, 2], [4, 4, 4, 4]);

    [Test]
    public void Gemm_BetaZero_DoesNotReadTheBias() => AreClose(
        OpRun.One("Gemm", Gemm(beta: 0), Tensor.Of([1, 1], [2.0]), Tensor.Of([1, 1], [3.0]), Tensor.Scalar(double.NaN)), [1, 1], [6]);

    [Test]
    public void Gemm_Misfit_NamesNodeAndShapes()
    {
        Assert.That(
            OpRun.Error("Gemm", Gemm(transB: true), OpRun.Iota(2, 3), OpRun.Iota(3, 4)),
            Is.EqualTo("node 'n' (Gemm) → A of shape [2,3] and B of shape [3,4] (transposed) do not multiply"));
        Assert.That(
            OpRun.Error("Gemm", null, OpRun.Iota(2, 3), OpRun.Iota(3, 4), OpRun.Iota(2)),
            Is.EqualTo("node 'n' (Gemm) → shapes [2,4] and [2] do not broadcast"));
        Assert.That(
            OpRun.Error("Gemm", null, OpRun.Iota(1, 3), OpRun.Iota(3, 4), OpRun.Iota(2, 4)),
            Is.EqualTo("node 'n' (Gemm) → C of shape [2,4] does not broadcast to [1,4]"));
    }

    [TestCase(new[] { 3 }, new[] { 3 }, new int[0])]
    [TestCase(new[] { 3 }, new[] { 3, 2 }, new[] { 2 })]
    [TestCase(new[] { 2, 3 }, new[] { 3 }, new[] { 2 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 3 }, new[] { 4, 2 })]
    [TestCase(new[] { 3 }, new[] { 4, 3, 2 }, new[] { 4, 2 })]
    [TestCase(new[] { 2, 3 }, new[] { 3, 5 }, new[] { 2, 5 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 3, 5 }, new[] { 4, 2, 5 })]
    [TestCase(new[] { 2, 3 }, new[] { 4, 3, 5 }, new[] { 4, 2, 5 })]
    [TestCase(new[] { 4, 2, 3 }, new[] { 4, 3, 5 }, new[] { 4, 2, 5 })]
    [TestCase(new[] { 2, 1, 2, 3 }, new[] { 1, 3, 3, 5 }, new[] { 2, 3, 2, 5 })]
    [TestCase(new[] { 2, 3, 2, 3 }, new[] { 3, 3, 5 }, new[] { 2, 3, 2, 5 })]
    [TestCase(new[] { 70, 2, 3 }, new[] { 70, 3, 5 }, new[] { 70, 2, 5 })]
    [TestCase(new[] { 0, 2, 3 }, new[] { 0, 3, 5 }, new[] { 0, 2, 5 })]
    [TestCase(new[] { 2, 0 }, new[] { 0, 3 }, new[] { 2, 3 })]
    public void MatMul_Shapes_MatchLoop(int[] left, int[] right, int[] shape)
    {
        Tensor a = OpRun.Doubles(1, left);
        Tensor b = OpRun.Doubles(2, right);
        int[] p = left.Length == 1 ? [1, .. left] : left;
        int[] q = right.Length == 1 ? [.. right, 1] : right;
        (int m, int k, int n) = (p[^2], p[^1], q[^1]);
        int rank = Math.Max(p.Length, q.Length) - 2;
        int[] batch = [.. Enumerable.Range(0, rank).Select(d => Math.Max(At(p, d), At(q, d)) is var size && (At(p, d) == 0 || At(q, d) == 0) ? 0 : size)];
        double[] expected = new double[Tensor.LengthOf(shape)];
        for (int i = 0; i < expected.Length / Math.Max(1, m * n); i++)
        {
            (int atA, int atB) = (0, 0);
            int rest = i;
            (int strideA, int strideB) = (m * k, k * n);
            for (int d = rank - 1; d >= 0; d--)
            {
                int index = rest % batch[d];
                rest /= batch[d];
                atA += At(p, d) == 1 ? 0 : index * strideA;
                atB += At(q, d) == 1 ? 0 : index * strideB;
                strideA *= At(p, d);
                strideB *= At(q, d);
            }

            Tensor pa = Tensor.Of<double>([m * k], a.Span<double>().Slice(atA, m * k));
            Tensor pb = Tensor.Of<double>([k * n], b.Span<double>().Slice(atB, k * n));
            Expected(pa, pb, m, n, k, false, false, 1).CopyTo(expected, i * m * n);
        }

        AreClose(OpRun.Threads(3, "MatMul", null, a, b), shape, expected);

        int At(int[] sizes, int d) => d - (rank - (sizes.Length - 2)) is >= 0 and var at ? sizes[at] : 1;
    }

    [Test]
    public void MatMul_Integers_MatchLoop()
    {
        Tensor y = OpRun.One("MatMul", null, Tensor.Of<long>([2, 1, 2], [1, 2, 3, 4]), Tensor.Of<long>([2, 2], [1, 2, 3, 4]));
        Assert.That(y.Span<long>().ToArray(), Is.EqualTo(new long[] { 7, 10, 15, 22 }));
    }

    [Test]
    public void MatMul_Misfit_NamesBothShapes() => Assert.That(
        OpRun.Error("MatMul", null, OpRun.Iota(2, 3), OpRun.Iota(4, 2)), Is.EqualTo("node 'n' (MatMul) → A of shape [2,3] and B of shape [4,2] do not multiply"));

    [Test]
    public void MatMul_Batched_IsBitIdenticalForAnyTeam([Values(4, 300)] int size)
    {
        Tensor a = OpRun.Of([100 / (size / 4), size, size], i => Math.Sin(i));
        Tensor one = OpRun.Threads(1, "MatMul", null, a, a);
        Assert.That(OpRun.Threads(3, "MatMul", null, a, a).Bytes.SequenceEqual(one.Bytes));
    }

    [Test]
    public void GemmRelu_Product_IsClippedAtZero([Values] bool transB)
    {
        Tensor a = OpRun.Doubles(1, 5, 3);
        Tensor b = OpRun.Doubles(2, transB ? [7, 3] : [3, 7]);
        Tensor c = OpRun.Doubles(3, 7);
        double[] plain = OpRun.One("Gemm", Gemm(transB: transB), a, b, c).Span<double>().ToArray();
        AreClose(OpRun.One("GemmRelu", Gemm(transB: transB), a, b, c), [5, 7], [.. plain.Select(v => Math.Max(v, 0))]);
    }

    [Test]
    public void GemmReluGrad_Product_IsZeroWhereYIs([Values] bool transB)
    {
        Tensor a = OpRun.Doubles(1, 5, 3);
        Tensor b = OpRun.Doubles(2, transB ? [7, 3] : [3, 7]);
        Tensor y = OpRun.Doubles(3, 5, 7);
        double[] plain = OpRun.One("Gemm", Gemm(transB: transB), a, b).Span<double>().ToArray();
        AreClose(
            OpRun.One("GemmReluGrad", Gemm(transB: transB, withBeta: false), a, b, y),
            [5, 7],
            [.. plain.Zip(y.Span<double>().ToArray(), (v, mask) => mask > 0 ? v : 0)]);
    }
}
