using System.Numerics;
using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

public sealed unsafe class GemmPlanTests
{
    private static readonly int[] s_sizes = [0, 1, 2, 5, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 49, 65, 100];

    [Test]
    public void Run_SmallAndOddShapes_EqualsNaiveSum([Values] bool transA, [Values] bool transB)
    {
        using Team team = new(2);
        uint pick = 7;
        for (int i = 0; i < 150; i++)
        {
            int m = Pick(ref pick);
            int n = Pick(ref pick);
            int k = Pick(ref pick);
            Check<float>(team, m, n, k, transA, transB, 1e-6);
            Check<double>(team, m, n, k, transA, transB, 1e-15);
        }
    }

    [TestCase(100, 500, 784)]
    [TestCase(32, 10, 500)]
    [TestCase(1, 700, 1300)]
    [TestCase(700, 1, 33)]
    [TestCase(3, 3, 5000)]
    [TestCase(300, 260, 1025)]
    [TestCase(1203, 390, 350)]
    [TestCase(1203, 390, 515)]
    public void Run_LargeShapes_EqualsNaiveSum(int m, int n, int k)
    {
        using Team team = new(2);
        foreach (bool transA in new[] { false, true })
        {
            foreach (bool transB in new[] { false, true })
            {
                Check<float>(team, m, n, k, transA, transB, 1e-6);
                Check<double>(team, m, n, k, transA, transB, 1e-15);
            }
        }
    }

    [Test]
    public void Run_StridedMatrices_LeavesGapsAlone([Values] bool transA, [Values] bool transB)
    {
        using Team team = new(2);
        const int M = 21, N = 53, K = 18;
        (int lda, int ldb, int ldc) = (60, 70, 64);
        float[] a = Values<float>((transA ? K : M) * lda, 1);
        float[] b = Values<float>((transB ? N : K) * ldb, 2);
        float[] c = new float[M * ldc];
        Array.Fill(c, 77f);
        GemmPlan<float, GemmEpilogue<float>> plan = new(M, N, K, transA, transB, lda, ldb, ldc);
        fixed (float* pa = a, pb = b, pc = c)
        {
            plan.Run(team, pa, pb, pc, new GemmEpilogue<float>());
        }

        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < ldc; j++)
            {
                double expected = 77;
                if (j < N)
                {
                    expected = 0;
                    for (int p = 0; p < K; p++)
                    {
                        expected += (double)a[transA ? (p * lda) + i : (i * lda) + p] * b[transB ? (j * ldb) + p : (p * ldb) + j];
                    }
                }

                Assert.That(c[(i * ldc) + j], Is.EqualTo(expected).Within(1e-5), $"({i}, {j})");
            }
        }
    }

    [Test]
    public void Run_Epilogue_AppliesAlphaBiasActivationAndMask(
        [Values("none", "scalar", "row", "column", "full")] string bias, [Values] GemmActivation activation, [Values] bool masked, [Values(20, 1100)] int k)
    {
        CheckEpilogue<float>(bias, activation, masked, k, 1e-4);
        CheckEpilogue<double>(bias, activation, masked, k, 1e-12);
    }

    [Test]
    public void Run_NaNOperand_ReachesTheResultThroughRelu()
    {
        using Team team = new(1);
        float[] values = [float.NaN, 1f];
        float[] c = new float[4];
        GemmPlan<float, GemmEpilogue<float>> plan = new(2, 2, 1);
        fixed (float* p = values, pc = c)
        {
            plan.Run(team, p, p, pc, new GemmEpilogue<float> { Activation = GemmActivation.Relu });
        }

        Assert.That(c, Is.EqualTo(new[] { float.NaN, float.NaN, float.NaN, 1f }));
    }

    [TestCase(100, 500, 784)]
    [TestCase(784, 500, 100)]
    [TestCase(257, 300, 1100)]
    [TestCase(513, 11, 260)]
    [TestCase(1203, 390, 515)]
    public void Run_AnyThreadCount_GivesTheSameBits(int m, int n, int k)
    {
        foreach (bool trans in new[] { false, true })
        {
            float[]? first = null;
            foreach (int threads in new[] { 1, 2, 3, 8 })
            {
                using Team team = new(threads);
                float[] c = Product(team, m, n, k, trans, !trans, Values<float>(m * k, 3), Values<float>(k * n, 4), new GemmEpilogue<float>());
                first ??= c;
                Assert.That(c.AsSpan().SequenceEqual(first), Is.True, $"{threads} threads");
            }
        }
    }

    [Test]
    public void Run_Repeated_AllocatesNothing()
    {
        using Team team = new(2);
        GemmPlan<float, GemmEpilogue<float>> plan = new(100, 500, 300);
        float[] a = Values<float>(100 * 300, 1);
        float[] b = Values<float>(300 * 500, 2);
        float[] c = new float[100 * 500];
        fixed (float* pa = a, pb = b, pc = c)
        {
            plan.Run(team, pa, pb, pc, new GemmEpilogue<float>());
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                plan.Run(team, pa, pb, pc, new GemmEpilogue<float>());
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    [Test]
    public void Run_EpilogueConsumesTiles_SeesEachElementOnceWithoutResult()
    {
        using Team team = new(2);
        const int M = 91, N = 203, K = 37;
        float[] a = Values<float>(M * K, 1);
        float[] b = Values<float>(K * N, 2);
        float[] weights = Values<float>(M * N, 5);
        float[] expected = Product(team, M, N, K, false, false, a, b, new GemmEpilogue<float>());
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = weights[i] - (0.5f * expected[i]);
        }

        GemmPlan<float, Descent> plan = new(M, N, K);
        Assert.That(plan.NeedsResult, Is.False);
        fixed (float* pa = a, pb = b, pw = weights)
        {
            plan.Run(team, pa, pb, null, new Descent(pw, N));
        }

        Assert.That(weights, Is.EqualTo(expected));
    }

    [Test]
    public void Run_NoResultForLongSums_Throws()
    {
        using Team team = new(1);
        GemmPlan<float, Descent> plan = new(2, 2, 5000);
        Assert.That(() => plan.Run(team, null, null, null, default), Throws.ArgumentNullException);
    }

    [Test]
    public void Run_NoScratchForALargeTransposedOperand_Throws()
    {
        using Team team = new(1);
        GemmPlan<float, GemmEpilogue<float>> plan = new(1024, 1024, 512, transA: true);
        float value = 0;
        float* any = &value;
        Assert.That(plan.ScratchBytes, Is.Positive);
        Assert.That(() => plan.Run(team, any, any, any, new GemmEpilogue<float>()), Throws.ArgumentNullException);
    }

    private static int Pick(ref uint state)
    {
        state = (state * 1664525) + 1013904223;
        return s_sizes[(state >> 16) % s_sizes.Length];
    }

    private static T[] Values<T>(int length, uint seed)
        where T : INumber<T>
    {
        T[] values = new T[length];
        uint state = seed * 2654435761;
        for (int i = 0; i < length; i++)
        {
            state = (state * 1664525) + 1013904223;
            values[i] = T.CreateChecked(((state >> 12) / (double)(1 << 19)) - 1);
        }

        return values;
    }

    private static T[] Product<T>(Team team, int m, int n, int k, bool transA, bool transB, T[] a, T[] b, GemmEpilogue<T> epilogue)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] c = new T[m * n];
        GemmPlan<T, GemmEpilogue<T>> plan = new(m, n, k, transA, transB);
        byte[] scratch = new byte[plan.ScratchBytes];
        fixed (T* pa = a, pb = b, pc = c)
        fixed (byte* pScratch = scratch)
        {
            plan.Run(team, pa, pb, pc, epilogue, pScratch);
        }

        return c;
    }

    private static double[] Naive<T>(int m, int n, int k, bool transA, bool transB, T[] a, T[] b)
        where T : INumber<T>
    {
        double[] c = new double[m * n];
        double[] x = Array.ConvertAll(a, double.CreateChecked);
        double[] y = Array.ConvertAll(b, double.CreateChecked);
        for (int i = 0; i < m; i++)
        {
            for (int p = 0; p < k; p++)
            {
                double value = x[transA ? (p * m) + i : (i * k) + p];
                for (int j = 0; j < n; j++)
                {
                    c[(i * n) + j] += value * y[transB ? (j * k) + p : (p * n) + j];
                }
            }
        }

        return c;
    }

    private static void Check<T>(Team team, int m, int n, int k, bool transA, bool transB, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] a = Values<T>(m * k, 1);
        T[] b = Values<T>(k * n, 2);
        T[] c = Product(team, m, n, k, transA, transB, a, b, new GemmEpilogue<T>());
        AssertNear(c, Naive(m, n, k, transA, transB, a, b), tolerance * (k + 1), $"{m}x{n}x{k} {transA} {transB}");
    }

    private static void AssertNear<T>(T[] actual, double[] expected, double tolerance, string what)
        where T : INumber<T>
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double error = Math.Abs(double.CreateChecked(actual[i]) - expected[i]);
            if (!(error <= tolerance))
            {
                Assert.Fail($"{what}, element {i}: got {actual[i]}, expected {expected[i]}");
            }
        }

        Assert.That(actual, Has.Length.EqualTo(expected.Length));
    }

    private static void CheckEpilogue<T>(string kind, GemmActivation activation, bool masked, int k, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int M = 19, N = 75;
        using Team team = new(2);
        T[] a = Values<T>(M * k, 1);
        T[] b = Values<T>(k * N, 2);
        T[] bias = Values<T>(M * N, 3);
        T[] mask = Values<T>(M * N, 4);
        (int row, int column) = kind switch
        {
            "row" => (1, 0),
            "column" => (0, 1),
            "full" => (N, 1),
            _ => (0, 0),
        };
        double[] expected = Naive(M, N, k, false, false, a, b);
        for (int i = 0; i < expected.Length; i++)
        {
            double addend = kind == "none" ? 0 : -3 * double.CreateChecked(bias[(i / N * row) + (i % N * column)]);
            double value = (0.5 * expected[i]) + addend;
            bool isZero = (activation == GemmActivation.Relu && value < 0) || (masked && mask[i] <= T.Zero);
            expected[i] = isZero ? 0 : value;
        }

        fixed (T* pBias = bias, pMask = mask)
        {
            GemmEpilogue<T> epilogue = new()
            {
                Alpha = T.CreateChecked(0.5),
                Beta = T.CreateChecked(-3),
                Bias = kind == "none" ? null : pBias,
                BiasRow = row,
                BiasColumn = column,
                Activation = activation,
                Mask = masked ? pMask : null,
                MaskRow = N,
            };
            AssertNear(Product(team, M, N, k, false, false, a, b, epilogue), expected, tolerance, $"{kind} {activation} {masked} {k}");
        }
    }

    private readonly struct Descent(float* weights, int stride) : IGemmEpilogue<float>
    {
        public bool IsIdentity => false;

        public void Tile(float* tile, nint tileStride, int row, int column, int rows, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    weights[((row + i) * stride) + column + j] -= 0.5f * tile[(i * tileStride) + j];
                }
            }
        }
    }
}
