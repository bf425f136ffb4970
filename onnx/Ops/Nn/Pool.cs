using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>What the pools over sliding windows share: their shape rule.</summary>
internal abstract class Pool : Op
{
    protected static AttributeSchema[] Attributes { get; } =
    [
        AttributeSchema.String("auto_pad"), AttributeSchema.Int("ceil_mode"), AttributeSchema.Ints("dilations"),
        AttributeSchema.Ints("kernel_shape", required: true), AttributeSchema.Ints("pads"), AttributeSchema.Ints("strides"),
    ];

    /// <summary>The shape of the windows' results.</summary>
    protected static TensorShape? Shape(InferenceScope scope)
    {
        SlidingWindow window = Window(scope.Attributes, text => scope.Error(text));
        if (scope.Shape(0) is not { } x)
        {
            return null;
        }

        if (window.Rank > 2)
        {
            throw scope.NotSupported($"a window over {window.Rank} dimensions is not supported");
        }

        if (x.Rank != window.Rank + 2 || window.Rank is not (1 or 2))
        {
            throw scope.Error($"X of shape {x} and a window over {window.Rank} dimensions: expected [N,C,H,W] and 2, or [N,C,L] and 1");
        }

        return new TensorShape([x[0], x[1], .. Enumerable.Range(0, window.Rank)
            .Select(i => x[i + 2].IsKnown ? Dim.Of(window.Slide(i, x[i + 2].Size).Output) : Dim.Unknown)]);
    }

    /// <summary>The window of a node.</summary>
    protected static SlidingWindow Window(Attributes attributes, Func<string, AnnealException> error) =>
        new(attributes, SlidingWindow.KernelOf(attributes), error);

    /// <summary>The axes of a node whose input is known.</summary>
    protected static (WindowAxis Y, WindowAxis X) Axes(KernelSpec spec) =>
        Window(spec.Attributes, text => AnnealException.BadData(text).In(spec.Node)).Axes(spec.In(0).Shape);
}
