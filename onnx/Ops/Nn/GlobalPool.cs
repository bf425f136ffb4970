using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the pools over a whole plane share: [N, C, …] becomes [N, C, 1, …].</summary>
internal abstract unsafe class GlobalPool : Op
{
    private const int PlanesPerItem = 32;

    public override OpSchema Schema { get; } = new(1, [new("X", "T")], [new("Y", "T")], [], [("T", TypeSet.Floats)]);

    public override TensorType[] Infer(InferenceScope scope) => scope.Shape(0) is not { } x ? [new(scope.Type(0), null)]
        : x.Rank >= 2 ? [TensorType.Of(scope.Type(0), [x[0], x[1], .. Enumerable.Repeat(Dim.Of(1), x.Rank - 2)])]
        : throw scope.Error($"X of shape {x} has no channels");

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    /// <summary>The axes that are pooled.</summary>
    protected static long[] Axes(Value x) => [.. Enumerable.Range(2, x.Rank - 2).Select(i => (long)i)];

    /// <summary>The result of one plane.</summary>
    protected abstract T Plane<T>(T* x, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>;

    private Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int size = y.Length == 0 ? 0 : x.Length / y.Length;
        Action<int> body = item =>
        {
            int end = Math.Min(y.Length, (item + 1) * PlanesPerItem);
            for (int plane = item * PlanesPerItem; plane < end; plane++)
            {
                ((T*)y.Pointer)[plane] = Plane((T*)x.Pointer + ((nint)plane * size), size);
            }
        };
        int items = Pieces.Count(y.Length, PlanesPerItem);
        return team => team.Run(items, body);
    }
}
