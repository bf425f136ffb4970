using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The value of its one attribute.</summary>
public sealed class Constant : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [],
        [new("output", "T")],
        [
            AttributeSchema.Tensor("value"), AttributeSchema.Float("value_float"), AttributeSchema.Floats("value_floats"),
            AttributeSchema.Int("value_int"), AttributeSchema.Ints("value_ints"), AttributeSchema.String("value_string"),
            AttributeSchema.Strings("value_strings"),
        ],
        [("T", TypeSet.All)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [TensorType.Of(ValueOf(scope.Node))];

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Tensor value = ValueOf(spec.Node);
        Slot y = spec.Out();
        if (value.Type == DType.String)
        {
            return _ => value.Strings.CopyTo(y.Strings, 0);
        }

        return _ => value.Bytes.CopyTo(new Span<byte>(y.Pointer, value.Bytes.Length));
    }

    private static Tensor ValueOf(Node node)
    {
        AttributeValue[] values = [.. node.Attributes.Select(a => a.Value)];
        return values.Length != 1 ? throw AnnealException.BadData($"{values.Length} attributes are given, expected one").In(node) : values[0] switch
        {
            AttributeValue.TensorValue v => v.Value,
            AttributeValue.Float v => Tensor.Scalar(v.Value),
            AttributeValue.Int v => Tensor.Scalar(v.Value),
            AttributeValue.Floats v => Tensor.Vector(v.Values.AsSpan()),
            AttributeValue.Ints v => Tensor.Vector(v.Values.AsSpan()),
            AttributeValue.String v => Tensor.OfStrings([], [v.Value]),
            AttributeValue.Strings v => Tensor.OfStrings([v.Values.Length], [.. v.Values]),
            _ => throw AnnealException.BadData("the value is an attribute of a function that is not inlined").In(node),
        };
    }
}
