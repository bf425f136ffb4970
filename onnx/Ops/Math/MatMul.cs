using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = A · B over the last two dimensions; those before broadcast. A vector is a row on the left, a column on the right.</summary>
public sealed class MatMul : Op
{
    private const int MaxPlans = 64;
    private const double LargeFlops = 3.2e7;
    private static readonly Team s_alone = new(1);

    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("A", "T"), new("B", "T")],
        [new("Y", "T")],
        [],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int32, DType.Int64, DType.UInt32, DType.UInt64))])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        bool isRow = s.In(0).Rank == 1;
        bool isColumn = s.In(1).Rank == 1;
        Value a = isRow ? g.Unsqueeze(s.In(0), 0) : s.In(0);
        Value b = isColumn ? g.Unsqueeze(s.In(1), 1) : s.In(1);
        Value dY = isRow ? g.Unsqueeze(s.DY, isColumn ? 0 : -2) : s.DY;
        dY = isColumn ? g.Unsqueeze(dY, -1) : dY;
        (Value dA, Value dB) = b.Rank == 2 && b.Shape is { IsStatic: true, ElementCount: > 0 } ? Flat(g, a, b, dY) : Batched(g, a, b, dY);
        return [isRow ? g.Squeeze(dA, -2) : dA, isColumn ? g.Squeeze(dB, -1) : dB];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } a || scope.Shape(1) is not { } b)
        {
            return [new(scope.Type(0), null)];
        }

        if (a.Rank == 0 || b.Rank == 0 || (a[-1].IsKnown && b[b.Rank == 1 ? 0 : -2] is { IsKnown: true } k && k != a[-1]))
        {
            throw scope.Error($"A of shape {a} and B of shape {b} do not multiply");
        }

        Dim[] rows = a.Rank == 1 ? [] : [a[-2]];
        Dim[] columns = b.Rank == 1 ? [] : [b[-1]];
        TensorShape batch = scope.Broadcast(Leading(a), Leading(b))!.Value;
        return [new(scope.Type(0), new TensorShape([.. batch.Dims, .. rows, .. columns]))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Compile<float>(spec),
        DType.Double => Compile<double>(spec),
        DType.Int32 => CompileInteger<int>(spec),
        DType.Int64 => CompileInteger<long>(spec),
        DType.UInt32 => CompileInteger<uint>(spec),
        DType.UInt64 => CompileInteger<ulong>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static (Value A, Value B) Flat(GraphBuilder g, Value a, Value b, Value dY)
    {
        Value rows = a.Rank == 2 ? a : g.Reshape(a, -1, b.Shape[0].Size);
        Value dRows = a.Rank == 2 ? dY : g.Reshape(dY, -1, b.Shape[1].Size);
        Value dA = g.Gemm(dRows, b, transB: true);
        return (a.Rank == 2 ? dA : g.ReshapeLike(dA, a), g.Gemm(rows, dRows, transA: true));
    }

    private static (Value A, Value B) Batched(GraphBuilder g, Value a, Value b, Value dY) => a.Rank == 2 && b.Rank == 2
        ? (g.Gemm(dY, b, transB: true), g.Gemm(a, dY, transA: true))
        : (g.MatMul(dY, Swap(g, b)), g.MatMul(Swap(g, a), dY));

    private static Value Swap(GraphBuilder g, Value a) =>
        g.Transpose(a, [.. Enumerable.Range(0, a.Rank - 2).Select(d => (long)d), a.Rank - 1, a.Rank - 2]);

    private static TensorShape Leading(TensorShape shape) => new([.. shape.Dims.Take(shape.Rank - 2)]);

    private static unsafe Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        var layout = new MatMulLayout(a.Shape, b.Shape);
        (int m, int n, int k, int count) = (layout.M, layout.N, layout.K, layout.Count);
        if (count == 0 || m == 0 || n == 0)
        {
            return static _ => { };
        }

        // Small products are shared out whole.
        bool isLarge = count == 1 || 2.0 * m * n * k > LargeFlops;
        var plans = new GemmPlan<T, GemmEpilogue<T>>[isLarge ? 1 : Math.Min(count, MaxPlans)];
        for (int i = 0; i < plans.Length; i++)
        {
            plans[i] = new GemmPlan<T, GemmEpilogue<T>>(m, n, k);
        }

        var identity = new GemmEpilogue<T>();
        if (isLarge)
        {
            return team =>
            {
                for (int i = 0; i < count; i++)
                {
                    plans[0].Run(team, (T*)a.Pointer + layout.A(i), (T*)b.Pointer + layout.B(i), (T*)y.Pointer + ((nint)i * m * n), identity);
                }
            };
        }

        Action<int> body = item =>
        {
            int last = (int)((item + 1L) * count / plans.Length);
            for (int i = (int)((long)item * count / plans.Length); i < last; i++)
            {
                plans[item].Run(s_alone, (T*)a.Pointer + layout.A(i), (T*)b.Pointer + layout.B(i), (T*)y.Pointer + ((nint)i * m * n), identity);
            }
        };
        return team => team.Run(plans.Length, body);
    }

    private static unsafe Kernel CompileInteger<T>(KernelSpec spec)
        where T : unmanaged, IBinaryInteger<T>
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        var layout = new MatMulLayout(a.Shape, b.Shape);
        (int m, int n, int k) = (layout.M, layout.N, layout.K);
        Action<int> body = row =>
        {
            int batch = row / m;
            T* from = (T*)a.Pointer + layout.A(batch) + ((nint)(row % m) * k);
            T* matrix = (T*)b.Pointer + layout.B(batch);
            var to = new Span<T>((T*)y.Pointer + ((nint)row * n), n);
            to.Clear();
            for (int p = 0; p < k; p++)
            {
                for (int j = 0; j < n; j++)
                {
                    to[j] += from[p] * matrix[((nint)p * n) + j];
                }
            }
        };
        int rows = n == 0 ? 0 : layout.Count * m;
        return team => team.Run(rows, body);
    }
}
