using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A tensor of a given shape filled with one value: 0 in float when the attribute is absent.</summary>
public sealed class ConstantOfShape : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        9, [new("input", "T1")], [new("output", "T2")], [AttributeSchema.Tensor("value")], [("T1", TypeSet.Int64), ("T2", TypeSet.NumbersAndBool)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        Tensor? value = scope.Attributes.Tensor("value");
        if (value is { Length: not 1 } or { Type: DType.String })
        {
            throw scope.Error($"attribute 'value' is {value}, expected one number");
        }

        TensorShape? shape = scope.Integers(0) is { } sizes
            ? new TensorShape([.. sizes.Select(s => Axes.Size(scope, s))])
            : Axes.Unknown(scope, 0);
        return [new(value?.Type ?? DType.Float, shape)];
    }

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        Tensor value = spec.Attributes.Tensor("value") ?? Tensor.Scalar(0f);
        int size = y.Type.Size();
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            Blobs.Fill(value.Pointer, y.Pointer + ((nint)start * size), Math.Min(Elementwise.Chunk, y.Length - start), size);
        };
        int items = Elementwise.Items(y.Length);
        return team => team.Run(items, body);
    }
}
