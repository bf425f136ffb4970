using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (A - a) · (B - b) over the last two dimensions, in int32, with one zero point or one for each row of A and column of B.</summary>
public sealed class MatMulInteger : IntegerProductOp
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        10,
        [new("A", "T1"), new("B", "T2"), new("a_zero_point", "T1", Optional: true), new("b_zero_point", "T2", Optional: true)],
        [new("Y", "T3")],
        [],
        [.. Types]);

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        foreach (int zero in new[] { 2, 3 })
        {
            if (scope.Has(zero) && scope.Shape(zero) is { Rank: > 1 } shape)
            {
                throw scope.NotSupported($"a zero point of shape {shape} is not supported, expected one number or a vector");
            }
        }

        return [new(DType.Int32, new MatMul().Infer(scope)[0].Shape)];
    }

    /// <inheritdoc/>
    protected override unsafe Kernel CompileIntegers<TA, TB>(KernelSpec spec)
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot? aZero = spec.HasIn(2) ? spec.In(2) : null;
        Slot? bZero = spec.HasIn(3) ? spec.In(3) : null;
        Slot y = spec.Out();
        var layout = new MatMulLayout(a.Shape, b.Shape);
        (int m, int n, int k) = (layout.M, layout.N, layout.K);
        int rowsOfA = a.Shape.Length == 1 ? 1 : a.Shape[^2];
        Action<int> body = row =>
        {
            int batch = row / m;
            TA* from = (TA*)a.Pointer + layout.A(batch) + ((nint)(row % m) * k);
            TB* matrix = (TB*)b.Pointer + layout.B(batch);
            int shift = aZero is null ? 0 : int.CreateChecked(((TA*)aZero.Pointer)[aZero.Length == 1 ? 0 : row % rowsOfA]);
            var to = new Span<int>((int*)y.Pointer + ((nint)row * n), n);
            to.Clear();
            for (int p = 0; p < k; p++)
            {
                int left = int.CreateChecked(from[p]) - shift;
                for (int j = 0; j < n; j++)
                {
                    int other = bZero is null ? 0 : int.CreateChecked(((TB*)bZero.Pointer)[bZero.Length == 1 ? 0 : j]);
                    to[j] += left * (int.CreateChecked(matrix[((nint)p * n) + j]) - other);
                }
            }
        };
        int rows = n == 0 ? 0 : layout.Count * m;
        return team => team.Run(rows, body);
    }
}
