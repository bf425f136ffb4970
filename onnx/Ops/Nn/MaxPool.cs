using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The largest element of each window, and where it stands in the flattened input; the first of equal ones.</summary>
/// <remarks>A NaN is never the largest, unless the window has nothing else.</remarks>
internal sealed unsafe class MaxPool : Pool
{
    public override OpSchema Schema { get; } = new(
        12,
        [new("X", "T")],
        [new("Y", "T"), new("Indices", "I", Optional: true)],
        [.. Attributes, AttributeSchema.Int("storage_order")],
        [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int8, DType.UInt8)), ("I", TypeSet.Int64)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        if (!s.Node.HasOutput(1))
        {
            throw s.Error("the gradient needs indices", "ask for the second output");
        }

        int[] sizes = Convolution.Spatial(s, s.In(0));
        bool isColumnMajor = s.Attributes.Int("storage_order", 0) != 0 && sizes.Length == 2;
        Value indices = isColumnMajor ? RowMajor(s.Builder, s.Out(1), sizes[0], sizes[1]) : s.Out(1);
        return [s.Builder.Node("MaxPoolGrad", [s.DY, indices], Ir.Attributes.Of(("spatial", Convolution.Longs(sizes))), Model.AnnealDomain)];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? shape = Shape(scope);
        return [new(scope.Type(0), shape), new(DType.Int64, shape)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        DType.Int8 => Make<sbyte>(spec),
        DType.UInt8 => Make<byte>(spec),
        _ => throw spec.Unsupported(0),
    };

    // A place is plane · height · width + column · height + row.
    private static Value RowMajor(GraphBuilder g, Value indices, int height, int width)
    {
        Value rows = g.Scalar(height, DType.Int64);
        Value inPlane = g.Node("Mod", [indices, g.Scalar((double)height * width, DType.Int64)]);
        Value place = g.Add(g.Mul(g.Node("Mod", [inPlane, rows]), width), g.Div(inPlane, rows));
        return g.Add(g.Sub(indices, inPlane), place);
    }

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Slot x = spec.In(0);
        Slot? y = spec.HasOut(0) ? spec.Out(0) : null;
        Slot? indices = spec.HasOut(1) ? spec.Out(1) : null;
        (WindowAxis axisY, WindowAxis axisX) = Axes(spec);
        bool isColumnMajor = spec.Attributes.Int("storage_order", 0) != 0;
        int planes = x.Shape[0] * x.Shape[1];
        int from = axisY.Input * axisX.Input;
        int to = axisY.Output * axisX.Output;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, from));
        Action<int> body = item =>
        {
            int end = Math.Min(planes, (item + 1) * perItem);
            for (int plane = item * perItem; plane < end; plane++)
            {
                WindowMax.Plane(
                    (T*)x.Pointer + ((nint)plane * from),
                    y is null ? null : (T*)y.Pointer + ((nint)plane * to),
                    indices is null ? null : (long*)indices.Pointer + ((nint)plane * to),
                    (long)plane * from,
                    axisY,
                    axisX,
                    isColumnMajor);
            }
        };
        int items = Pieces.Count(planes, perItem);
        return team => team.Run(items, body);
    }
}
