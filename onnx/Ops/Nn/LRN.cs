using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / (bias + α/size · Σ X²)^β, the sum over size neighbouring channels of [N, C, ...].</summary>
internal sealed unsafe class LRN : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("X", "T")],
        [new("Y", "T")],
        [AttributeSchema.Float("alpha"), AttributeSchema.Float("beta"), AttributeSchema.Float("bias"), AttributeSchema.Int("size", required: true)],
        [("T", TypeSet.Floats)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        if (!s.In(0).Shape[1].IsKnown)
        {
            throw s.Error("the gradient needs a known number of channels");
        }

        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        int channels = s.In(0).Shape[1].Size;
        (double share, float beta, float bias) = Constants(s.Attributes);
        Tensor near = Tensor.Zeros(DType.Float, channels, channels);
        for (int c = 0; c < channels; c++)
        {
            (int first, int end) = Window(s.Attributes, c, channels);
            near.Span<float>().Slice((c * channels) + first, end - first).Fill(1);
        }

        Value band = g.Cast(g.Constant(near), type);
        Value x = g.Reshape(s.In(0), 0, channels, -1);
        Value dY = g.Reshape(s.DY, 0, channels, -1);
        Value below = g.Add(g.Mul(g.MatMul(band, g.Mul(x, x)), share), g.Scalar(bias, type));
        Value direct = g.Mul(dY, g.Pow(below, g.Scalar(-beta, type)));
        Value through = g.MatMul(g.Transpose(band, 1, 0), g.Mul(g.Mul(dY, x), g.Pow(below, g.Scalar(-beta - 1.0, type))));
        return [g.ReshapeLike(g.Sub(direct, g.Mul(g.Mul(x, through), 2 * share * beta)), s.In(0))];
    });

    public override TensorType[] Infer(InferenceScope scope) => scope.Attributes.Int("size", 0) < 1 || scope.Shape(0) is { Rank: < 2 }
        ? throw scope.Error($"size {scope.Attributes.Int("size", 0)} and input of shape {scope.Shape(0)}, expected a positive size and [N, C, ...]")
        : [scope.In(0)];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        var axes = new AxisLayout(x.Shape, 1);
        Attributes attributes = spec.Attributes;
        (double share, float beta, float bias) = Constants(attributes);
        T factor = T.CreateTruncating(share);
        T shift = T.CreateTruncating(bias);
        T power = T.CreateTruncating(-beta);
        Action<int> body = item =>
        {
            int channel = item % axes.Count;
            (int first, int end) = Window(attributes, channel, axes.Count);
            T* sample = (T*)x.Pointer + ((long)(item / axes.Count) * axes.Count * axes.Inner);
            var from = new ReadOnlySpan<T>(sample + ((long)channel * axes.Inner), axes.Inner);
            var to = new Span<T>((T*)y.Pointer + ((long)item * axes.Inner), axes.Inner);
            to.Clear();
            for (int c = first; c < end; c++)
            {
                var near = new ReadOnlySpan<T>(sample + ((long)c * axes.Inner), axes.Inner);
                TensorPrimitives.MultiplyAdd(near, near, to, to);
            }

            for (int i = 0; i < to.Length; i++)
            {
                to[i] = from[i] * T.Pow(shift + (factor * to[i]), power);
            }
        };
        int items = x.Length == 0 ? 0 : axes.Outer * axes.Count;
        return team => team.Run(items, body);
    }

    private static (double Share, float Beta, float Bias) Constants(Attributes attributes) => (
        (double)attributes.Float("alpha", 1e-4f) / attributes.Int("size", 1),
        attributes.Float("beta", 0.75f),
        attributes.Float("bias", 1));

    private static (int First, int End) Window(Attributes attributes, int channel, int channels)
    {
        long size = attributes.Int("size", 1);
        return ((int)Math.Max(0, channel - ((size - 1) / 2)), (int)Math.Min(channels, channel + (size / 2) + 1));
    }
}
