using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A matrix of the input's shape with ones on the k-th diagonal.</summary>
internal sealed class EyeLike : Op
{
    public override OpSchema Schema { get; } = new(
        9,
        [new("input", "T1")],
        [new("output", "T2")],
        [AttributeSchema.Int("dtype"), AttributeSchema.Int("k")],
        [("T1", TypeSet.NumbersAndBool), ("T2", TypeSet.NumbersAndBool)]);

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope)
    {
        var type = (DType)scope.Attributes.Int("dtype", (long)scope.Type(0));
        if (!TypeSet.NumbersAndBool.Contains(type))
        {
            throw scope.NotSupported($"no matrix of element type {type}");
        }

        return scope.Shape(0) is { Rank: not 2 } shape ? throw scope.Error($"an input of shape {shape} is no matrix") : [new(type, scope.Shape(0))];
    }

    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        int size = y.Type.Size();
        byte[] one = y.Type switch
        {
            DType.Float => BitConverter.GetBytes(1f),
            DType.Double => BitConverter.GetBytes(1.0),
            _ => BitConverter.GetBytes(1L),
        };
        int columns = y.Shape[1];
        int rows = y.Shape[0];
        long k = spec.Attributes.Int("k", 0);
        return _ =>
        {
            var to = new Span<byte>(y.Pointer, y.Length * size);
            to.Clear();
            for (int row = 0; row < rows; row++)
            {
                if (row + k >= 0 && row + k < columns)
                {
                    one.AsSpan(0, size).CopyTo(to[(int)(((row * (long)columns) + row + k) * size)..]);
                }
            }
        };
    }
}
