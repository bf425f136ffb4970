using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The transpose of a convolution: each input element adds its window of weights to the output.</summary>
/// <remarks>W is [input channels, output channels / group, …].</remarks>
internal sealed class ConvTranspose : Op
{
    public override OpSchema Schema { get; } = new(
        11,
        [new("X", "T"), new("W", "T"), new("B", "T", Optional: true)],
        [new("Y", "T")],
        [AttributeSchema.String("auto_pad"), AttributeSchema.Ints("output_padding"), AttributeSchema.Ints("output_shape"), .. Convolution.Schemas(required: false)],
        [("T", TypeSet.Floats)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        int[] from = Convolution.Spatial(s, s.In(0));
        int[] to = Convolution.Spatial(s, s.Out());
        SlidingWindow window = Convolution.Window(s.Attributes, s.In(1).Shape.ToSizes(), text => s.Error(text));
        var pads = new long[2 * window.Rank];
        for (int i = 0; i < window.Rank; i++)
        {
            (int begin, _, _) = Unslide(s.Attributes, window, i, from[i]);
            // Whatever the output was cut or extended by at its end, the window meets it that many times.
            long reach = ((from[i] - 1L) * window.Strides[i]) + window.Extent(i) - begin - to[i];
            (pads[i], pads[i + window.Rank]) = (begin, Math.Max(0, reach));
        }

        Attributes attributes = Attributes.Of(
            ("dilations", Convolution.Longs(window.Dilations)),
            ("group", s.Attributes.Int("group", 1)),
            ("kernel_shape", Convolution.Longs(window.Kernel)),
            ("pads", pads),
            ("strides", Convolution.Longs(window.Strides)));
        return
        [
            g.Node("Conv", [s.DY, s.In(1)], attributes),
            g.Node("ConvGradW", [s.DY, s.In(0)], attributes, Model.AnnealDomain),
            s.Has(2) ? g.ReduceSum(s.DY, keepDims: false, [0, .. Enumerable.Range(2, window.Rank).Select(i => (long)i)]) : null,
        ];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } x || scope.Shape(1) is not { } w)
        {
            return [new(scope.Type(0), null)];
        }

        if (x.Rank > 4)
        {
            throw scope.NotSupported($"a convolution over {x.Rank - 2} dimensions is not supported");
        }

        long groups = scope.Attributes.Int("group", 1);
        bool fits = x.Rank is 3 or 4 && w.Rank == x.Rank && groups >= 1
            && (!x[1].IsKnown || (x[1].Size % groups == 0 && (!w[0].IsKnown || x[1].Size == w[0].Size)));
        Dim filters = w.Rank > 1 && w[1].IsKnown ? Dim.Of(checked((int)(w[1].Size * groups))) : Dim.Unknown;
        if (!fits || (scope.Has(2) && scope.Shape(2) is { IsStatic: true } b && filters.IsKnown && b != TensorShape.Of(filters.Size)))
        {
            throw scope.Error($"X of shape {x} and W of shape {w} do not fit in {groups} groups, or the bias does not");
        }

        Dim[] spatial = [.. Enumerable.Repeat(Dim.Unknown, x.Rank - 2)];
        if (w.IsStatic)
        {
            SlidingWindow window = Convolution.Window(scope.Attributes, w.ToSizes(), text => scope.Error(text));
            for (int i = 0; i < spatial.Length; i++)
            {
                spatial[i] = x[i + 2].IsKnown ? Unslide(scope.Attributes, window, i, x[i + 2].Size).Output : Dim.Unknown;
            }
        }

        return [TensorType.Of(scope.Type(0), [x[0], filters, .. spatial])];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        ReadOnlySpan<int> x = spec.In(0).Shape;
        ReadOnlySpan<int> w = spec.In(1).Shape;
        ReadOnlySpan<int> y = spec.Out().Shape;
        int groups = (int)spec.Attributes.Int("group", 1);
        SlidingWindow window = Convolution.Window(spec.Attributes, w, text => AnnealException.BadData(text).In(spec.Node));
        var axes = new WindowAxis[window.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            (int begin, _, _) = Unslide(spec.Attributes, window, i, x[i + 2]);
            axes[i] = new WindowAxis(y[i + 2], x[i + 2], window.Kernel[i], window.Strides[i], window.Dilations[i], begin);
        }

        return Convolution.Back(spec, new ConvLayout(x[0], groups, w[1], w[0] / groups, axes.Length == 1 ? WindowAxis.Single : axes[0], axes[^1]));
    }

    private static (int Begin, int End, int Output) Unslide(Attributes attributes, SlidingWindow window, int axis, int size)
    {
        int extra = attributes.Ints("output_padding") is { } padding ? checked((int)padding[axis]) : 0;
        int? wanted = attributes.Ints("output_shape") is { } shape ? checked((int)shape[^(window.Rank - axis)]) : null;
        return window.Unslide(axis, size, extra, wanted);
    }
}
