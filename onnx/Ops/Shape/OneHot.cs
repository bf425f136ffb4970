using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A new dimension that is values[1] at each index and values[0] elsewhere.</summary>
/// <remarks>Negative indices count from the end; one outside [-depth, depth - 1] gives values[0] throughout.</remarks>
public sealed class OneHot : NumberOp
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        11,
        [new("indices", "T1"), new("depth", "T2"), new("values", "T3")],
        [new("output", "T3")],
        [AttributeSchema.Int("axis")],
        [("T1", TypeSet.Numbers), ("T2", TypeSet.Numbers), ("T3", TypeSet.NumbersAndBool)])
    { From = 9 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value isHot = g.Node("OneHot", [s.In(0), s.In(1), g.Constant(Tensor.Vector(false, true))], s.Attributes);
        Value zero = g.Scalar(0, s.DY.Type.Type);
        Value off = g.Reshape(g.ReduceSum(g.Where(isHot, zero, s.DY), keepDims: false), 1);
        Value on = g.Reshape(g.ReduceSum(g.Where(isHot, s.DY, zero), keepDims: false), 1);
        return [null, null, g.Node("Concat", [off, on], Attributes.Of(("axis", 0L)))];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(2) is { } values && values != TensorShape.Of(2) && values.IsStatic)
        {
            throw scope.Error($"values have shape {values}, expected [2]: off and on");
        }

        if (scope.Shape(0) is not { } indices)
        {
            return [new(scope.Type(2), null)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", -1), indices.Rank + 1);
        Dim depth = Dim.Unknown;
        if (scope.Constant(1) is { } constant)
        {
            depth = constant.Length == 1
                ? Axes.Size(scope, DepthOf(constant))
                : throw scope.Error($"depth has shape {TensorShape.Of(constant.Shape)}, expected one element");
        }

        return [new(scope.Type(2), new TensorShape([.. indices.Dims.Insert(axis, depth)]))];
    }

    /// <inheritdoc/>
    protected override unsafe Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot indices = spec.In(0);
        Slot values = spec.In(2);
        Slot y = spec.Out();
        int axis = Axes.Of(spec.Attributes.Int("axis", -1), y.Shape.Length);
        int depth = y.Shape[axis];
        int inner = Tensor.LengthOf(y.Shape[(axis + 1)..]);
        int outer = Tensor.LengthOf(y.Shape[..axis]);
        int size = y.Type.Size();
        int plane = depth * inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, plane));
        Action<int> body = item =>
        {
            int first = item * perItem;
            int last = Math.Min(outer, first + perItem);
            Blobs.Fill(values.Pointer, y.Pointer + ((nint)first * plane * size), (last - first) * plane, size);
            for (int i = first * inner; i < last * inner; i++)
            {
                long index = long.CreateSaturating(((T*)indices.Pointer)[i]);
                index = index < 0 ? index + depth : index;
                if (index >= 0 && index < depth)
                {
                    nint at = ((nint)(i / inner) * plane) + ((nint)index * inner) + (i % inner);
                    Blobs.Copy(values.Pointer + size, y.Pointer + (at * size), size);
                }
            }
        };
        int items = y.Length == 0 ? 0 : ((outer - 1) / perItem) + 1;
        return team => team.Run(items, body);
    }

    private static long DepthOf(Tensor depth) => depth.Type switch
    {
        DType.Int64 => depth.Span<long>()[0],
        DType.Int32 => depth.Span<int>()[0],
        DType.Float => (long)depth.Span<float>()[0],
        DType.Double => (long)depth.Span<double>()[0],
        DType.UInt64 => (long)depth.Span<ulong>()[0],
        DType.UInt32 => depth.Span<uint>()[0],
        DType.Int16 => depth.Span<short>()[0],
        DType.UInt16 => depth.Span<ushort>()[0],
        DType.Int8 => depth.Span<sbyte>()[0],
        _ => depth.Span<byte>()[0],
    };
}
