using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Onnx.Ops;

/// <summary>dScores = scale · (e^log_prob - onehot(labels)), the classes in axis 1; a scale of 0 leaves a row out.</summary>
/// <remarks>The scale is a scalar or has the labels' shape. Labels outside the classes have a one-hot row of zeros.</remarks>
internal sealed unsafe class SoftmaxCrossEntropyGrad : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("scale", "T"), new("log_prob", "T"), new("labels", "Tind")],
        [new("dScores", "T")],
        [],
        [("T", TypeSet.Floats), ("Tind", TypeSet.Indices)]);

    public override Gradient Gradient => Gradient.Forbidden("a second derivative of the loss is not known here");

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 1)];

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder("SoftmaxCrossEntropyGrad", ["scale", "log_prob", "labels"], ["dScores"]);
            string zero = b.Constant(Tensor.Scalar(0L));
            string one = b.Constant(Tensor.Scalar(1L));
            string shape = b.Op("Shape", "log_prob");
            string p = b.Op("Reshape", b.Op("Exp", "log_prob"), b.Constant(Tensor.Vector(0L, 0L, -1L)));
            string flat = b.Constant(Tensor.Vector(0L, 1L, -1L));
            string labels = b.Op("Reshape", b.Op("Cast", Attributes.Of(("to", (long)DType.Int64)), "labels"), flat);
            string scale = b.Op("Reshape", b.Op("Expand", "scale", b.Op("Shape", "labels")), flat);
            string classes = b.Op("Range", zero, b.Op("Gather", shape, one), one);
            string hit = b.Op("Equal", labels, b.Op("Reshape", classes, b.Constant(Tensor.Vector(1L, -1L, 1L))));
            string difference = b.Op("Where", hit, b.Op("Sub", p, b.Like(1, "log_prob")), p);
            b.Return("dScores", b.Op("Reshape", b.Op("Mul", difference, scale), shape));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(1)];

    public override Kernel Compile(KernelSpec spec) => (spec.In(1).Type, spec.In(2).Type) switch
    {
        (DType.Float, DType.Int64) => Make<float, long>(spec),
        (DType.Float, DType.Int32) => Make<float, int>(spec),
        (DType.Double, DType.Int64) => Make<double, long>(spec),
        (DType.Double, DType.Int32) => Make<double, int>(spec),
        _ => throw spec.Unsupported(1),
    };

    private static Kernel Make<T, TLabel>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        Slot scale = spec.In(0);
        Slot logProb = spec.In(1);
        Slot labels = spec.In(2);
        Slot dScores = spec.Out();
        var axes = new AxisLayout(logProb.Shape, 1);
        bool one = scale.Length == 1;
        int block = Math.Max(1, axes.Count * axes.Inner);
        int perItem = Math.Max(1, Elementwise.Chunk / block);
        Action<int> body = item =>
        {
            int first = item * perItem;
            int count = Math.Min(perItem, axes.Outer - first);
            T* to = (T*)dScores.Pointer + ((long)first * block);
            TensorPrimitives.Exp(new ReadOnlySpan<T>((T*)logProb.Pointer + ((long)first * block), count * block), new Span<T>(to, count * block));
            for (int row = 0; row < count; row++, to += block)
            {
                var label = (TLabel*)labels.Pointer + ((long)(first + row) * axes.Inner);
                for (int i = 0; i < axes.Inner; i++)
                {
                    long c = long.CreateTruncating(label[i]);
                    if (c >= 0 && c < axes.Count)
                    {
                        to[(c * axes.Inner) + i] -= T.One;
                    }
                }

                if (one)
                {
                    TensorPrimitives.Multiply(new ReadOnlySpan<T>(to, block), *(T*)scale.Pointer, new Span<T>(to, block));
                    continue;
                }

                T* factors = (T*)scale.Pointer + ((long)(first + row) * axes.Inner);
                for (int k = 0; k < axes.Count; k++)
                {
                    var line = new Span<T>(to + ((long)k * axes.Inner), axes.Inner);
                    TensorPrimitives.Multiply(line, new ReadOnlySpan<T>(factors, axes.Inner), line);
                }
            }
        };
        int items = logProb.Length == 0 ? 0 : (axes.Outer + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
