using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of a normalisation over all dimensions from an axis on: that of X, and dY times the normalised X, whose sums are that of the scale.</summary>
/// <remarks>The scale has the shape of a row of X, one element, or one element for each row with dimensions of 1 for those of a row.</remarks>
internal sealed unsafe class LayerNormGrad : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("dY", "T"), new("X", "T"), new("scale", "T")],
        [new("dX", "T"), new("scaled", "T")],
        [AttributeSchema.Int("axis", required: true), AttributeSchema.Float("epsilon", required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Forbidden("a second derivative of a normalisation is not known here");

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(nameof(LayerNormGrad), ["dY", "X", "scale"], ["dX", "scaled"], "axis", "epsilon");
            Attributes axis = Attributes.Of(("axis", new AttributeValue.Reference("axis", typeof(AttributeValue.Int))));
            string row = b.Constant(Tensor.Vector(1L));
            string shape = b.Op("Shape", "X");
            string x = b.Op("Flatten", axis, "X");
            string centered = b.Op("Sub", x, b.Op("ReduceMean", x, row));
            string variance = b.Op("ReduceMean", b.Op("Mul", centered, centered), row);
            string deviation = b.Op("Sqrt", b.Op("Add", variance, b.FloatAttribute("epsilon", "X")));
            string normal = b.Op("Div", centered, deviation);
            string g = b.Op("Flatten", axis, b.Op("Mul", "dY", "scale"));
            string along = b.Op("Mul", normal, b.Op("ReduceMean", b.Op("Mul", g, normal), row));
            string rest = b.Op("Sub", b.Op("Sub", g, b.Op("ReduceMean", g, row)), along);
            b.Return("dX", b.Op("Reshape", b.Op("Div", rest, deviation), shape));
            b.Return("scaled", b.Op("Mul", "dY", b.Op("Reshape", normal, shape)));
            return b.Build();
        }
    }

    /// <summary>Adds the node.</summary>
    /// <returns>The gradient of X, and dY times the normalised X.</returns>
    public static Value[] Of(GraphBuilder g, Value dY, Value x, Value scale, long axis, float epsilon) => g.Node(
        nameof(LayerNormGrad), [dY, x, scale], 2, Attributes.Of(("axis", axis), ("epsilon", epsilon)), Model.AnnealDomain);

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(1) is { } shape)
        {
            scope.Axis(scope.Attributes.Int("axis", 0), shape.Rank);
        }

        return [scope.In(1), scope.In(1)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot dY = spec.In(0);
        Slot x = spec.In(1);
        Slot scale = spec.In(2);
        Slot dX = spec.Out();
        Slot scaled = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(x.ByteLength);
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), x.Shape.Length);
        int length = Tensor.LengthOf(x.Shape[axis..]);
        int rows = length == 0 ? 0 : x.Length / length;
        bool isPerRow = NormRows.IsPerRow(scale.Shape, x.Shape.Length - axis);
        T epsilon = T.CreateTruncating(spec.Attributes.Float("epsilon", 0));
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, length));
        Action<int> body = item =>
        {
            int end = Math.Min(rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                long start = (long)row * length;
                T* scales = (T*)scale.Pointer + (isPerRow ? row % scale.Length : 0);
                NormRow<T>.Gradient(
                    (T*)dY.Pointer + start, (T*)x.Pointer + start, scales, isPerRow, epsilon, (T*)dX.Pointer + start, (T*)scaled.Pointer + start, length);
            }
        };
        int items = (rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
