using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Onnx.Ops;

/// <summary>How one dimension is resized: the elements that each result is made of, and their weights.</summary>
internal sealed class ResizeAxis
{
    private readonly int _inSize;
    private readonly (int Index, double Weight)[][] _taps;
    private readonly bool[] _outside;
    private readonly bool _isCrop;

    private ResizeAxis(Attributes attributes, int axis, int inSize, int outSize, double length, double scale, (double Start, double End) roi)
    {
        Axis = axis;
        OutSize = outSize;
        _inSize = inSize;
        _isCrop = IsCrop(attributes);
        _taps = new (int, double)[outSize][];
        _outside = new bool[outSize];
        for (int i = 0; i < outSize && inSize > 0; i++)
        {
            double at = Place(attributes, i, inSize, outSize, length, scale, roi);
            _outside[i] = at < 0 || at > inSize - 1;
            _taps[i] = Taps(attributes, at, inSize);
        }
    }

    /// <summary>The dimension.</summary>
    public int Axis { get; }

    /// <summary>Its new size.</summary>
    public int OutSize { get; }

    public static bool IsCrop(Attributes attributes) => Transformation(attributes) == "tf_crop_and_resize";

    public static bool IsKnownTransformation(Attributes attributes) =>
        Transformation(attributes) is "half_pixel" or "pytorch_half_pixel" or "align_corners" or "asymmetric" or "tf_crop_and_resize";

    /// <summary>The dimensions that change.</summary>
    /// <param name="attributes">Those of the node.</param>
    /// <param name="shape">The input's shape.</param>
    /// <param name="roi">Starts, then ends, one for each axis.</param>
    /// <param name="scales">A scale for each axis; null or empty where sizes are given.</param>
    /// <param name="sizes">A size for each axis.</param>
    /// <param name="scope">Where errors are told; null where there are none any more.</param>
    public static ResizeAxis[] Of(Attributes attributes, int[] shape, Tensor? roi, Tensor? scales, Tensor? sizes, InferenceScope? scope = null)
    {
        int[] axes = Named(attributes, shape.Length);
        double[] given = Doubles(scales);
        long[] target = sizes is { Length: > 0 } ? sizes.Span<long>().ToArray() : [];
        double[] region = Doubles(roi);
        int count = given.Length + target.Length;
        if (scope is not null && (count != axes.Length || given.Any(s => !(s > 0)) || target.Any(s => s < 0) || (IsCrop(attributes) && region.Length != 2 * count)))
        {
            throw scope.Error($"scales, sizes or roi do not fit {axes.Length} axes of input of shape [{string.Join(",", shape)}]");
        }

        double[] ratios = [.. axes.Select((axis, i) => given.Length > 0 ? given[i] : (double)target[i] / shape[axis])];
        string policy = attributes.String("keep_aspect_ratio_policy", "stretch");
        if (target.Length > 0 && policy != "stretch")
        {
            double one = policy == "not_larger" ? ratios.Min() : ratios.Max();
            ratios = [.. ratios.Select(_ => one)];
            target = [.. axes.Select(axis => (long)Math.Floor((one * shape[axis]) + 0.5))];
        }

        var result = new List<ResizeAxis>();
        for (int i = 0; i < axes.Length; i++)
        {
            int size = shape[axes[i]];
            int outSize = checked((int)(target.Length > 0 ? target[i] : Math.Floor(size * ratios[i])));
            if (outSize != size || ratios[i] != 1 || IsCrop(attributes))
            {
                // Corners are aligned by the length that a scale gives, which need not be whole.
                double length = target.Length > 0 ? outSize : size * ratios[i];
                result.Add(new ResizeAxis(attributes, axes[i], size, outSize, length, ratios[i], IsCrop(attributes) ? (region[i], region[i + axes.Length]) : default));
            }
        }

        return [.. result];
    }

    /// <summary>The element that a result of mode nearest is.</summary>
    public int Source(int index) => _taps[index][0].Index;

    public bool IsOutside(int index) => _outside[index];

    /// <summary>The weights as float64 [new size, size]; none where a crop reaches outside, whose results are constant.</summary>
    public Tensor ToMatrix()
    {
        Tensor matrix = Tensor.Zeros(DType.Double, OutSize, _inSize);
        for (int i = 0; i < OutSize; i++)
        {
            foreach ((int index, double weight) in _isCrop && _outside[i] ? [] : _taps[i])
            {
                matrix.Span<double>()[(i * _inSize) + index] += weight;
            }
        }

        return matrix;
    }

    /// <summary>The kernel of the weighted sums.</summary>
    public unsafe Kernel Blend<T>(Slot from, Slot to, AxisLayout layout)
        where T : unmanaged, INumber<T>
    {
        int[][] indices = [.. _taps.Select(t => t.Select(p => p.Index).ToArray())];
        T[][] weights = [.. _taps.Select(t => t.Select(p => T.CreateTruncating(p.Weight)).ToArray())];
        int inner = layout.Inner;
        Action<int> body = outer =>
        {
            T* source = (T*)from.Pointer + ((long)outer * layout.Count * inner);
            T* target = (T*)to.Pointer + ((long)outer * OutSize * inner);
            for (int i = 0; i < OutSize; i++)
            {
                var row = new Span<T>(target + ((long)i * inner), inner);
                row.Clear();
                for (int k = 0; k < indices[i].Length; k++)
                {
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<T>(source + ((long)indices[i][k] * inner), inner), weights[i][k], row, row);
                }
            }
        };
        return team => team.Run(inner == 0 || layout.Count == 0 ? 0 : layout.Outer, body);
    }

    private static int[] Named(Attributes attributes, int rank) =>
        attributes.Ints("axes") is { } named ? [.. named.Select(a => Axes.Of(a, rank))] : [.. Enumerable.Range(0, rank)];

    private static string Transformation(Attributes attributes) => attributes.String("coordinate_transformation_mode", "half_pixel");

    private static double Place(
        Attributes attributes, int index, int inSize, int outSize, double length, double scale, (double Start, double End) roi) => Transformation(attributes) switch
        {
            "align_corners" => index == 0 ? 0 : index * (inSize - 1.0) / (length - 1),
            "asymmetric" => index / scale,
            "pytorch_half_pixel" => outSize > 1 ? ((index + 0.5) / scale) - 0.5 : 0,
            "tf_crop_and_resize" => outSize > 1
                ? (roi.Start * (inSize - 1)) + (index * (roi.End - roi.Start) * (inSize - 1) / (outSize - 1))
                : 0.5 * (roi.Start + roi.End) * (inSize - 1),
            _ => ((index + 0.5) / scale) - 0.5,
        };

    private static (int Index, double Weight)[] Taps(Attributes attributes, double at, int size)
    {
        double below = Math.Floor(at);
        double part = at - below;
        switch (attributes.String("mode", "nearest"))
        {
            case "linear":
                return [(Inside(below, size), 1 - part), (Inside(below + 1, size), part)];
            case "cubic":
                double a = attributes.Float("cubic_coeff_a", -0.75f);
                bool isExcluded = attributes.Int("exclude_outside", 0) != 0;
                (double Index, double Weight)[] taps = [.. Enumerable.Range(-1, 4).Select(k => (below + k, Cubic(Math.Abs(part - k), a)))];
                taps = [.. taps.Where(t => !isExcluded || (t.Index >= 0 && t.Index < size))];
                double sum = isExcluded ? taps.Sum(t => t.Weight) : 1;
                return [.. taps.Select(t => (Inside(t.Index, size), t.Weight / sum))];
            default:
                return [(Inside(Nearest(attributes, at), size), 1)];
        }
    }

    private static double Nearest(Attributes attributes, double at) => attributes.String("nearest_mode", "round_prefer_floor") switch
    {
        "floor" => Math.Floor(at),
        "ceil" => Math.Ceiling(at),
        "round_prefer_ceil" => Math.Floor(at + 0.5),
        _ => Math.Ceiling(at - 0.5),
    };

    private static int Inside(double index, int size) => (int)Math.Clamp(index, 0, size - 1);

    private static double Cubic(double distance, double a) => distance <= 1
        ? ((((a + 2) * distance) - (a + 3)) * distance * distance) + 1
        : (((((distance - 5) * distance) + 8) * distance) - 4) * a;

    private static double[] Doubles(Tensor? tensor) => tensor switch
    {
        null or { Length: 0 } => [],
        { Type: DType.Double } => tensor.Span<double>().ToArray(),
        _ => [.. tensor.Span<float>().ToArray().Select(v => (double)v)],
    };
}
