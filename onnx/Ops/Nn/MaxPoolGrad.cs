using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>dX: each dY added where its window's largest element stands; <c>spatial</c> are the input's sizes behind the channels.</summary>
internal sealed unsafe class MaxPoolGrad : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("dY", "T"), new("Indices", "I")],
        [new("dX", "T")],
        [AttributeSchema.Ints("spatial", required: true)],
        [("T", TypeSet.Floats), ("I", TypeSet.Int64)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value flat = g.Node("Gather", [g.Reshape(s.DY, -1), g.Reshape(s.In(1), -1)], Attributes.Of(("axis", 0L)));
        return [g.ReshapeLike(flat, s.In(0)), null];
    });

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, ["dY", "Indices"], ["dX"], "spatial");
            string any = b.Constant(Tensor.Vector(-1L));
            string sizes = b.Op(
                "Concat",
                Attributes.Of(("axis", 0L)),
                b.Op("Slice", b.Op("Shape", "dY"), b.Constant(Tensor.Vector(0L)), b.Constant(Tensor.Vector(2L))),
                b.Op("Constant", Convolution.References(("value_ints", "spatial", true))));
            string zeros = b.Op("Reshape", b.Op("Expand", b.Like(0, "dY"), sizes), any);
            string sum = b.Op("ScatterElements", Attributes.Of(("axis", 0L), ("reduction", "add")), zeros, b.Op("Reshape", "Indices", any), b.Op("Reshape", "dY", any));
            b.Return("dX", b.Op("Reshape", sum, sizes));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => scope.Shape(0) is { } dY && scope.Attributes.Ints("spatial") is { } spatial
        ? [TensorType.Of(scope.Type(0), [dY[0], dY[1], .. spatial.Select(s => Dim.Of(checked((int)s)))])]
        : [new(scope.Type(0), null)];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>
    {
        Slot dY = spec.In(0);
        Slot indices = spec.In(1);
        Slot dX = spec.Out();
        int planes = dX.Shape[0] * dX.Shape[1];
        int to = planes == 0 ? 0 : dX.Length / planes;
        int from = planes == 0 ? 0 : dY.Length / planes;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, to));
        Action<int> body = item =>
        {
            int first = item * perItem;
            int count = Math.Min(perItem, planes - first);
            var all = new Span<T>((T*)dX.Pointer + ((nint)first * to), count * to);
            all.Clear();
            T* gradient = (T*)dY.Pointer + ((nint)first * from);
            long* index = (long*)indices.Pointer + ((nint)first * from);
            long start = (long)first * to;
            for (int i = 0; i < count * from; i++)
            {
                all[(int)(index[i] - start)] += gradient[i];
            }
        };
        int items = Pieces.Count(planes, perItem);
        return team => team.Run(items, body);
    }
}
