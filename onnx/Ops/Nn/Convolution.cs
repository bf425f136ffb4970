using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the convolutions share: their sizes, their attributes, their kernels.</summary>
internal static unsafe class Convolution
{
    /// <summary>The attributes of a convolution with every default written out; auto_pad resolved to pads.</summary>
    public static Attributes Explicit(Attributes attributes, SlidingWindow window, ReadOnlySpan<int> spatial)
    {
        var pads = new long[2 * window.Rank];
        for (int i = 0; i < window.Rank; i++)
        {
            (int begin, int end, _) = window.Slide(i, spatial[i]);
            (pads[i], pads[i + window.Rank]) = (begin, end);
        }

        return Attributes.Of(
            ("dilations", Longs(window.Dilations)),
            ("group", attributes.Int("group", 1)),
            ("kernel_shape", Longs(window.Kernel)),
            ("pads", pads),
            ("strides", Longs(window.Strides)));
    }

    /// <summary>The same of a node; null where its padding follows from sizes that are not known.</summary>
    public static Attributes? Explicit(Node node, TensorShape? x, TensorShape? w)
    {
        if (w is not { IsStatic: true } weights)
        {
            return null;
        }

        SlidingWindow window = Window(node.Attributes, weights.ToSizes(), text => AnnealException.BadData(text).In(node));
        bool isOfAnySize = !node.Attributes.String("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal) || window.Strides.All(s => s == 1);
        int[]? spatial = isOfAnySize ? [.. Enumerable.Range(0, window.Rank).Select(window.Extent)] : Spatial(x);
        return spatial is null ? null : Explicit(node.Attributes, window, spatial);
    }

    /// <summary>The attributes that every call of an invented convolution gives.</summary>
    public static AttributeSchema[] Schemas(bool required) =>
    [
        AttributeSchema.Ints("dilations", required), AttributeSchema.Int("group", required), AttributeSchema.Ints("kernel_shape", required),
        AttributeSchema.Ints("pads", required), AttributeSchema.Ints("strides", required),
    ];

    /// <summary>References to the call's attributes, under other names where they are renamed.</summary>
    public static Attributes References(params (string Name, string From, bool IsList)[] names)
    {
        Attributes all = Attributes.None;
        foreach ((string name, string from, bool isList) in names)
        {
            all = all.With(name, new AttributeValue.Reference(from, isList ? typeof(AttributeValue.Ints) : typeof(AttributeValue.Int)));
        }

        return all;
    }

    /// <summary>The spatial sizes of a shape, where they are all known.</summary>
    public static int[]? Spatial(TensorShape? shape) =>
        shape is { } s && s.Dims.Skip(2).All(d => d.IsKnown) ? [.. s.Dims.Skip(2).Select(d => d.Size)] : null;

    /// <summary>The spatial sizes of a value that a gradient rule needs.</summary>
    public static int[] Spatial(GradientScope s, Value value) => Spatial(value.Type.Shape)
        ?? throw s.Error($"the spatial sizes of {value.Type} are not known", "give the model's input a fixed height and width");

    /// <summary>The window of a convolution by its weights.</summary>
    public static SlidingWindow Window(Attributes attributes, ReadOnlySpan<int> weights, Func<string, AnnealException> error)
    {
        if (SlidingWindow.KernelOf(attributes) is { } given && !weights[2..].SequenceEqual(given))
        {
            throw error($"kernel_shape [{string.Join(",", given)}] is not that of the weights");
        }

        return new SlidingWindow(attributes, weights[2..], error);
    }

    /// <summary>The sizes of a convolution from its input's and its weights' shapes.</summary>
    public static ConvLayout Layout(KernelSpec spec, ReadOnlySpan<int> x, ReadOnlySpan<int> w)
    {
        int groups = (int)spec.Attributes.Int("group", 1);
        (WindowAxis axisY, WindowAxis axisX) = Window(spec.Attributes, w, text => AnnealException.BadData(text).In(spec.Node)).Axes(x);
        return new ConvLayout(x[0], groups, w[1], w[0] / groups, axisY, axisX);
    }

    /// <summary>The kernel of Y = activation(X * W + B).</summary>
    public static Kernel Forward(KernelSpec spec, GemmActivation activation) => spec.In(0).Type switch
    {
        DType.Float => Forward<float>(spec, activation),
        DType.Double => Forward<double>(spec, activation),
        _ => throw spec.Unsupported(0),
    };

    /// <summary>The kernel of the transposed convolution of input 0 with the weights in input 1, and a bias in input 2.</summary>
    public static Kernel Back(KernelSpec spec, ConvLayout layout) => spec.In(0).Type switch
    {
        DType.Float => Back<float>(spec, layout),
        DType.Double => Back<double>(spec, layout),
        _ => throw spec.Unsupported(0),
    };

    /// <summary>An attribute list.</summary>
    public static long[] Longs(IEnumerable<int> values) => [.. values.Select(v => (long)v)];

    private static Kernel Forward<T>(KernelSpec spec, GemmActivation activation)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot w = spec.In(1);
        Slot? bias = spec.HasIn(2) ? spec.In(2) : null;
        Slot y = spec.Out();
        ConvLayout l = Layout(spec, x.Shape, w.Shape);
        ITapProduct<T> plan = ITapProduct<T>.Plan(l.Batch, l.Groups, l.Filters, l.Channels, TapAxis.Forward(l.Y), TapAxis.Forward(l.X));
        Slot scratch = spec.Scratch(plan.ScratchBytes);
        return team =>
        {
            var epilogue = new GemmEpilogue<T> { Bias = bias is null ? null : (T*)bias.Pointer, BiasRow = 1, Activation = activation };
            plan.Run(team, (T*)w.Pointer, (T*)x.Pointer, (T*)y.Pointer, (T*)scratch.Pointer, epilogue);
        };
    }

    private static Kernel Back<T>(KernelSpec spec, ConvLayout layout)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Slot source = spec.In(0);
        Slot w = spec.In(1);
        Slot? bias = spec.HasIn(2) ? spec.In(2) : null;
        Slot target = spec.Out();
        var plan = new ConvBackPlan<T>(layout);
        Slot turned = spec.Scratch(plan.ScratchBytes);
        return team =>
        {
            var epilogue = new GemmEpilogue<T> { Bias = bias is null ? null : (T*)bias.Pointer, BiasRow = 1 };
            plan.Run(team, (T*)source.Pointer, (T*)w.Pointer, (T*)target.Pointer, (T*)turned.Pointer, epilogue);
        };
    }
}
