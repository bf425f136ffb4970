using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The mean of each window, over its elements inside the input or, with <c>count_include_pad</c>, over padding too.</summary>
internal sealed unsafe class AveragePool : Pool
{
    public override OpSchema Schema { get; } = new(
        11,
        [new("X", "T")],
        [new("Y", "T")],
        [.. Attributes.Where(a => a.Name != "dilations"), AttributeSchema.Int("count_include_pad")],
        [("T", TypeSet.Floats)])
    { From = 1, Until = 18 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        int[] spatial = Convolution.Spatial(s, s.In(0));
        SlidingWindow window = Window(s.Attributes, text => s.Error(text));
        var pads = new long[2 * window.Rank];
        var rest = new long[window.Rank];
        var shares = new double[window.Rank][];
        for (int i = 0; i < window.Rank; i++)
        {
            (int begin, int end, int output) = window.Slide(i, spatial[i]);
            long reach = ((output - 1L) * window.Strides[i]) + window.Kernel[i] - begin - spatial[i];
            (pads[i], pads[i + window.Rank], rest[i]) = (begin, Math.Max(0, reach), Math.Max(0, -reach));
            bool countsPads = s.Attributes.Int("count_include_pad", 0) != 0;
            shares[i] = [.. Enumerable.Range(0, output).Select(o => 1.0 / Count(o, window.Axis(i, spatial[i]), countsPads ? end : -1))];
        }

        DType type = s.DY.Type.Type;
        Value share = g.Mul(
            s.DY,
            window.Rank == 1 ? Share(g, shares[0], [1, 1, -1], type) : g.Mul(Share(g, shares[0], [1, 1, -1, 1], type), Share(g, shares[1], [1, 1, 1, -1], type)));
        long[] ones = [1, 1, .. Convolution.Longs(window.Kernel)];
        Value planes = g.Reshape(share, [-1, 1, .. s.Out().Shape.Dims.Skip(2).Select(d => (long)d.Size)]);
        Value sum = g.Node("ConvTranspose", [planes, g.Node("Expand", [g.Scalar(1, type), g.Longs(ones)])], Ir.Attributes.Of(
            ("strides", Convolution.Longs(window.Strides)), ("pads", pads), ("output_padding", rest)));
        return [g.ReshapeLike(sum, s.In(0))];
    });

    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(0), Shape(scope))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static Value Share(GraphBuilder g, double[] shares, long[] shape, DType type) =>
        g.Reshape(g.Constant(type == DType.Float ? Tensor.Vector<float>([.. shares.Select(v => (float)v)]) : Tensor.Vector<double>(shares)), shape);

    /// <summary>Elements of a window that count: those inside, and in padding up to <paramref name="end"/> elements behind if that is not negative.</summary>
    private static int Count(int position, WindowAxis axis, int end)
    {
        int start = (position * axis.Stride) - axis.Begin;
        int stop = Math.Min(start + axis.Kernel, axis.Input + Math.Max(0, end));
        return stop - (end < 0 ? Math.Max(0, start) : start);
    }

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        SlidingWindow window = Window(spec.Attributes, text => AnnealException.BadData(text).In(spec.Node));
        (WindowAxis axisY, WindowAxis axisX) = Axes(spec);
        bool countsPads = spec.Attributes.Int("count_include_pad", 0) != 0;
        int[] ends = [.. Enumerable.Range(0, window.Rank).Select(i => countsPads ? window.Slide(i, x.Shape[i + 2]).End : -1)];
        int planes = x.Shape[0] * x.Shape[1];
        int from = axisY.Input * axisX.Input;
        int to = axisY.Output * axisX.Output;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, from));
        int endY = ends.Length == 1 ? -1 : ends[0];
        int endX = ends[^1];
        Action<int> body = item =>
        {
            int end = Math.Min(planes, (item + 1) * perItem);
            for (int plane = item * perItem; plane < end; plane++)
            {
                Plane((T*)x.Pointer + ((nint)plane * from), (T*)y.Pointer + ((nint)plane * to), axisY, axisX, endY, endX);
            }
        };
        int items = Pieces.Count(planes, perItem);
        return team => team.Run(items, body);
    }

    private static void Plane<T>(T* x, T* y, in WindowAxis axisY, in WindowAxis axisX, int endY, int endX)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < axisY.Output; i++)
        {
            int top = (i * axisY.Stride) - axisY.Begin;
            int bottom = Math.Min(axisY.Input, top + axisY.Kernel);
            for (int j = 0; j < axisX.Output; j++)
            {
                int left = (j * axisX.Stride) - axisX.Begin;
                int right = Math.Min(axisX.Input, left + axisX.Kernel);
                T sum = T.Zero;
                for (int row = Math.Max(0, top); row < bottom; row++)
                {
                    for (int column = Math.Max(0, left); column < right; column++)
                    {
                        sum += x[(row * axisX.Input) + column];
                    }
                }

                *y++ = sum / T.CreateTruncating(Count(i, axisY, endY) * Count(j, axisX, endX));
            }
        }
    }
}
