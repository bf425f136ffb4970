using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = (X - offset) · scale in float, by one number each or by one per feature.</summary>
internal sealed class Scaler : NumberOp, IDecomposable
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T")],
        [new("Y", "F")],
        [AttributeSchema.Floats("offset", required: true), AttributeSchema.Floats("scale", required: true)],
        [("T", Features.Numbers), ("F", TypeSet.Of(DType.Float))]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope)
    {
        int offsets = scope.Attributes.Floats("offset")!.Value.Length;
        int scales = scope.Attributes.Floats("scale")!.Value.Length;
        if (offsets != scales || scales == 0)
        {
            throw scope.Error(FormattableString.Invariant($"{offsets} offsets and {scales} scales are given, expected as many of each"));
        }

        if (scales > 1)
        {
            Features.Check(scope, scales, "scales");
        }

        return [new(DType.Float, scope.Shape(0))];
    }

    public bool Decompose(Decomposition d)
    {
        string centred = d.Op("Sub", d.Float(0), d.Constant("offset", Tensor.Vector<float>(d.Attributes.Floats("offset")!.Value.AsSpan())));
        return d.Return(0, d.Op("Mul", centred, d.Constant("scale", Tensor.Vector<float>(d.Attributes.Floats("scale")!.Value.AsSpan()))));
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        float[] offset = [.. spec.Attributes.Floats("offset")!.Value];
        float[] scale = [.. spec.Attributes.Floats("scale")!.Value];
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            int end = Math.Min(x.Length, start + Elementwise.Chunk);
            Span<T> from = x.Span<T>();
            Span<float> to = y.Span<float>();
            for (int i = start, feature = start % scale.Length; i < end; i++)
            {
                to[i] = typeof(T) == typeof(double)
                    ? (float)((double.CreateTruncating(from[i]) - offset[feature]) * scale[feature])
                    : (float.CreateTruncating(from[i]) - offset[feature]) * scale[feature];
                feature = feature + 1 == scale.Length ? 0 : feature + 1;
            }
        };
        int items = Elementwise.Items(x.Length);
        return team => team.Run(items, body);
    }
}
