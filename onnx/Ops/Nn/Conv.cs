using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X * W + B: a convolution over one or two spatial dimensions, in groups.</summary>
/// <remarks>Each element is summed in one order, whatever the number of threads.</remarks>
public sealed class Conv : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        11,
        [new("X", "T"), new("W", "T"), new("B", "T", Optional: true)],
        [new("Y", "T")],
        [AttributeSchema.String("auto_pad"), .. Convolution.Schemas(required: false)],
        [("T", TypeSet.Floats)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => Differentiate(s, s.DY));

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } x || scope.Shape(1) is not { } w)
        {
            return [new(scope.Type(0), null)];
        }

        long groups = scope.Attributes.Int("group", 1);
        if (x.Rank > 4)
        {
            throw scope.NotSupported($"a convolution over {x.Rank - 2} dimensions is not supported");
        }

        if (x.Rank is not (3 or 4) || w.Rank != x.Rank)
        {
            throw scope.Error($"X of shape {x} and W of shape {w}: expected [N,C,H,W] or [N,C,L], and weights of the same rank");
        }

        bool fits = groups >= 1
            && (!x[1].IsKnown || !w[1].IsKnown || x[1].Size == w[1].Size * groups)
            && (!w[0].IsKnown || w[0].Size % groups == 0)
            && (!scope.Has(2) || scope.Shape(2) is not { IsStatic: true } b || !w[0].IsKnown || b == TensorShape.Of(w[0].Size));
        if (!fits)
        {
            string bias = scope.Has(2) ? $" and B of shape {scope.Shape(2)}" : "";
            throw scope.Error($"X of shape {x}, W of shape {w}{bias} do not convolve in {groups} groups");
        }

        Dim[] spatial = [.. Enumerable.Repeat(Dim.Unknown, x.Rank - 2)];
        if (w.IsStatic)
        {
            SlidingWindow window = Convolution.Window(scope.Attributes, w.ToSizes(), text => scope.Error(text));
            for (int i = 0; i < spatial.Length; i++)
            {
                spatial[i] = x[i + 2].IsKnown ? window.Slide(i, x[i + 2].Size).Output : Dim.Unknown;
            }
        }

        return [TensorType.Of(scope.Type(0), [x[0], w[0], .. spatial])];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Convolution.Forward(spec, GemmActivation.None);

    /// <summary>The gradients of X, W and B, given that of the sum.</summary>
    internal static Value?[] Differentiate(GradientScope s, Value dY)
    {
        GraphBuilder g = s.Builder;
        Value w = s.In(1);
        int[] spatial = Convolution.Spatial(s, s.In(0));
        SlidingWindow window = Convolution.Window(s.Attributes, w.Shape.ToSizes(), text => s.Error(text));
        Attributes attributes = Convolution.Explicit(s.Attributes, window, spatial);
        long[] rest = [.. spatial.Select((size, i) =>
        {
            (int begin, int end, _) = window.Slide(i, size);
            return (long)(size + begin + end - window.Extent(i)) % window.Strides[i];
        })];
        return
        [
            g.Node("ConvGradX", [dY, w], attributes.With("output_padding", rest), Model.AnnealDomain),
            g.Node("ConvGradW", [s.In(0), dY], attributes, Model.AnnealDomain),
            s.Has(2) ? g.ReduceSum(dY, keepDims: false, [0, .. Enumerable.Range(2, window.Rank).Select(i => (long)i)]) : null,
        ];
    }
}
