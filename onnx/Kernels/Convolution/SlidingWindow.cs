using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>The spatial attributes that convolutions and pools share: kernel, strides, dilations, padding, rounding.</summary>
internal sealed class SlidingWindow
{
    private readonly string _autoPad;
    private readonly int[] _pads;
    private readonly bool _roundsUp;
    private readonly Func<string, AnnealException> _error;

    /// <summary>Reads a node's attributes.</summary>
    /// <param name="attributes">The attributes.</param>
    /// <param name="kernel">The window's sizes, one per spatial axis.</param>
    /// <param name="error">Makes the error of a text.</param>
    public SlidingWindow(Attributes attributes, ReadOnlySpan<int> kernel, Func<string, AnnealException> error)
    {
        _error = error;
        Kernel = kernel.ToArray();
        Strides = Read(attributes, "strides", kernel.Length, 1, 1);
        Dilations = Read(attributes, "dilations", kernel.Length, 1, 1);
        _pads = Read(attributes, "pads", 2 * kernel.Length, 0, 0);
        _roundsUp = attributes.Int("ceil_mode", 0) != 0;
        _autoPad = attributes.String("auto_pad", "NOTSET");
        if (_autoPad is not ("NOTSET" or "SAME_UPPER" or "SAME_LOWER" or "VALID"))
        {
            throw error($"auto_pad is '{_autoPad}', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
        }

        if (kernel.ContainsAnyInRange(int.MinValue, 0))
        {
            throw error("kernel_shape has a size below 1");
        }
    }

    /// <summary>The window's sizes.</summary>
    public int[] Kernel { get; }

    /// <summary>Elements from one position to the next.</summary>
    public int[] Strides { get; }

    /// <summary>Elements from one window element to the next.</summary>
    public int[] Dilations { get; }

    /// <summary>The number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>The sizes of <c>kernel_shape</c>, or null.</summary>
    public static int[]? KernelOf(Attributes attributes) =>
        attributes.Ints("kernel_shape") is { } sizes ? [.. sizes.Select(s => checked((int)s))] : null;

    /// <summary>Elements from the window's first to its last, both counted.</summary>
    public int Extent(int axis) => checked(((Kernel[axis] - 1) * Dilations[axis]) + 1);

    /// <summary>The padding and the number of positions of a window that slides over <paramref name="size"/> elements.</summary>
    public (int Begin, int End, int Output) Slide(int axis, int size)
    {
        int stride = Strides[axis];
        int extent = Extent(axis);
        if (_autoPad.StartsWith("SAME", StringComparison.Ordinal))
        {
            int same = ((size - 1) / stride) + 1;
            (int before, int after) = Halves(Math.Max(0, ((same - 1) * stride) + extent - size));
            return (before, after, size == 0 ? 0 : same);
        }

        (int begin, int end) = _autoPad == "VALID" ? (0, 0) : (_pads[axis], _pads[axis + Rank]);
        int room = checked(size + begin + end - extent);
        if (room < 0)
        {
            throw _error($"a window of {extent} elements does not fit {size} with padding {begin} and {end}");
        }

        int output = (room / stride) + 1;
        bool hasOverhang = _roundsUp && room % stride != 0 && output * stride < size + begin;
        return (begin, end, hasOverhang ? output + 1 : output);
    }

    /// <summary>The padding and the output size of the transposed window: where an input of <paramref name="size"/> positions came from.</summary>
    public (int Begin, int End, int Output) Unslide(int axis, int size, int extra, int? wanted)
    {
        int full = checked((Strides[axis] * (size - 1)) + extra + Extent(axis));
        if (wanted is null && _autoPad.StartsWith("SAME", StringComparison.Ordinal))
        {
            wanted = size * Strides[axis];
        }

        if (wanted is { } output)
        {
            (int before, int after) = Halves(Math.Max(0, full - output));
            return (before, after, output);
        }

        (int begin, int end) = _autoPad == "VALID" ? (0, 0) : (_pads[axis], _pads[axis + Rank]);
        return full - begin - end is var rest and >= 0 ? (begin, end, rest) : throw _error($"padding {begin} and {end} leaves nothing of {full} elements");
    }

    /// <summary>The axis as a kernel sees it, the window sliding over <paramref name="size"/> elements.</summary>
    public WindowAxis Axis(int axis, int size)
    {
        (int begin, _, int output) = Slide(axis, size);
        return new WindowAxis(size, output, Kernel[axis], Strides[axis], Dilations[axis], begin);
    }

    /// <summary>Both axes of an input; the first is <see cref="WindowAxis.Single"/> where there is one spatial dimension.</summary>
    /// <param name="shape">[N, C, H, W] or [N, C, W].</param>
    public (WindowAxis Y, WindowAxis X) Axes(ReadOnlySpan<int> shape) =>
        Rank == 1 ? (WindowAxis.Single, Axis(0, shape[2])) : (Axis(0, shape[2]), Axis(1, shape[3]));

    private (int Begin, int End) Halves(int total)
    {
        int half = total / 2;
        return _autoPad == "SAME_UPPER" ? (half, total - half) : (total - half, half);
    }

    private int[] Read(Attributes attributes, string name, int count, int otherwise, int smallest)
    {
        if (attributes.Ints(name) is not { } values)
        {
            return [.. Enumerable.Repeat(otherwise, count)];
        }

        if (values.Length != count)
        {
            throw _error($"{name} has {values.Length} entries, expected {count}");
        }

        return values.All(v => v >= smallest && v <= int.MaxValue)
            ? [.. values.Select(v => (int)v)]
            : throw _error($"{name} has an entry below {smallest}");
    }
}
