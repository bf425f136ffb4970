using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class MatrixCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Gemms, .. Fused, .. MatMuls];

    private static IEnumerable<OpCase> Gemms
    {
        get
        {
            foreach ((bool transA, bool transB) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                foreach (int[] bias in new int[][] { [], [1], [7], [1, 7], [5, 1], [5, 7] })
                {
                    yield return new OpCase("Gemm", Left(5, 3, transA), Right(3, 7, transB), Sample.Real(bias, salt: 2))
                    {
                        Attributes = Of(transA, transB).With("beta", 2f),
                        Differentiable = [0, 1, 2],
                    };
                }

                yield return new OpCase("Gemm", Left(5, 3, transA), Right(3, 7, transB)) { Attributes = Of(transA, transB), Differentiable = [0, 1] };
                yield return new OpCase("Gemm", Left(70, 130, transA), Right(130, 101, transB), Sample.Real([101], salt: 2))
                {
                    Attributes = Of(transA, transB),
                    Tolerance = 1e-4,
                };
            }

            yield return new OpCase("Gemm", Sample.Real([0, 3]), Sample.Real([3, 2], salt: 1), Sample.Real([2], salt: 2)) { Differentiable = [0, 1, 2] };
            yield return new OpCase("Gemm", Sample.Real([2, 3]), Sample.Real([3, 0], salt: 1)) { Differentiable = [0, 1] };
            yield return new OpCase("Gemm", Sample.Real([2, 0]), Sample.Real([0, 2]), Tensor.Vector(1.0, 2))
            {
                Attributes = Attributes.Of(("beta", 2f)),
                Expected = [Tensor.Of<double>([2, 2], [2, 4, 2, 4])],
                Differentiable = [2],
                NotInOrt = "it leaves beta out where there are no sums",
            };
        }
    }

    private static IEnumerable<OpCase> Fused
    {
        get
        {
            foreach ((bool transA, bool transB) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                yield return new OpCase("GemmRelu", Left(5, 3, transA), Right(3, 7, transB), Sample.Real([7], salt: 2))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = Of(transA, transB).With("beta", 2f),
                    Differentiable = [0, 1, 2],
                };
                yield return new OpCase("GemmReluGrad", Left(5, 3, transA), Right(3, 7, transB), Sample.Real([5, 7], salt: 2))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = Of(transA, transB),
                };
            }

            yield return new OpCase("GemmRelu", Left(5, 3, false), Right(3, 7, false)) { Domain = Model.AnnealDomain, Differentiable = [0, 1] };
            yield return new OpCase("GemmReluGrad", Left(5, 3, false), Right(3, 7, false), Sample.Real([5, 7], salt: 2)) { Domain = Model.AnnealDomain };
        }
    }

    private static IEnumerable<OpCase> MatMuls
    {
        get
        {
            (int[] A, int[] B)[] shapes =
            [
                ([3], [3]), ([3], [3, 2]), ([3], [2, 3, 4]), ([2, 3], [3]), ([4, 2, 3], [3]), ([2, 3], [3, 5]), ([4, 2, 3], [3, 5]), ([2, 3], [4, 3, 5]),
                ([4, 2, 3], [4, 3, 5]), ([2, 1, 2, 3], [1, 3, 3, 5]), ([70, 2, 3], [70, 3, 4]), ([0, 2, 3], [0, 3, 5]),
            ];
            foreach ((int[] a, int[] b) in shapes)
            {
                yield return new OpCase("MatMul", Sample.Real(a), Sample.Real(b, salt: 1)) { Differentiable = a[0] > 4 ? [] : [0, 1] };
            }

            yield return new OpCase("MatMul", Sample.Whole([2, 3], 9), Sample.Whole([2, 3, 2], 9, salt: 1));
        }
    }

    private static Attributes Of(bool transA, bool transB) => Attributes.Of(("alpha", 0.5f), ("transA", transA ? 1L : 0L), ("transB", transB ? 1L : 0L));

    private static Tensor Left(int m, int k, bool isTransposed) => Sample.Real(isTransposed ? [k, m] : [m, k]);

    private static Tensor Right(int k, int n, bool isTransposed) => Sample.Real(isTransposed ? [n, k] : [k, n], salt: 1);
}
