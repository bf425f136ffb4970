using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>The matrices of a batched product: their sizes and where each begins.</summary>
internal sealed class MatMulLayout
{
    private readonly BroadcastLayout _batches;
    private readonly int _aSize;
    private readonly int _bSize;

    public MatMulLayout(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int[] left = a.Length == 1 ? [1, a[0]] : a.ToArray();
        int[] right = b.Length == 1 ? [b[0], 1] : b.ToArray();
        M = left[^2];
        K = left[^1];
        N = right[^1];
        if (right.Length == 2 && left.Length > 2)
        {
            left = [Tensor.LengthOf(left.AsSpan(0, left.Length - 1)), K];
            M = left[0];
        }

        _aSize = M * K;
        _bSize = K * N;

        int rank = Math.Max(left.Length, right.Length) - 2;
        int[] batch = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int p = i <= left.Length - 2 ? left[^(i + 2)] : 1;
            int q = i <= right.Length - 2 ? right[^(i + 2)] : 1;
            batch[^i] = p == 1 ? q : p;
        }

        Count = Tensor.LengthOf(batch);
        _batches = new BroadcastLayout(batch, left[..^2], right[..^2]);
    }

    /// <summary>Rows of each result.</summary>
    public int M { get; }

    /// <summary>Columns of each result.</summary>
    public int N { get; }

    /// <summary>Length of the sums.</summary>
    public int K { get; }

    /// <summary>The number of products.</summary>
    public int Count { get; }

    /// <summary>The first element of a product's left matrix.</summary>
    public nint A(int product) => At(0, product) * (nint)_aSize;

    /// <summary>The first element of a product's right matrix.</summary>
    public nint B(int product) => At(1, product) * (nint)_bSize;

    private int At(int operand, int product) =>
        _batches.Offset(operand, product / _batches.Inner) + (product % _batches.Inner * _batches.InnerStride(operand));
}
