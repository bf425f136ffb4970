using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Z = X shifted by Y bits, LEFT or RIGHT; every bit is gone where Y is the width or more.</summary>
internal sealed class BitShift : Op
{
    public override OpSchema Schema { get; } = new(
        11,
        [new("X", "T"), new("Y", "T")],
        [new("Z", "T")],
        [AttributeSchema.String("direction", required: true)],
        [("T", TypeSet.Of(DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64))]);

    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    public override TensorType[] Infer(InferenceScope scope) => scope.Attributes.String("direction", "") is "LEFT" or "RIGHT"
        ? [new(scope.Type(0), scope.Broadcast(scope.Shape(0), scope.Shape(1)))]
        : throw scope.Error("the direction is neither LEFT nor RIGHT");

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type.Size() switch
    {
        1 => Make<byte>(spec),
        2 => Make<ushort>(spec),
        4 => Make<uint>(spec),
        _ => Make<ulong>(spec),
    };

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryInteger<T>
    {
        T width = T.CreateTruncating(8 * spec.In(0).Type.Size());
        return spec.Attributes.String("direction", "") == "LEFT"
            ? Broadcast.Zip<T, T>(spec, (x, by) => by < width ? x << int.CreateTruncating(by) : T.Zero, spec.Node)
            : Broadcast.Zip<T, T>(spec, (x, by) => by < width ? x >>> int.CreateTruncating(by) : T.Zero, spec.Node);
    }
}
