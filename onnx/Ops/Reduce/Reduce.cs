using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shape of every op that reduces axes given as an input.</summary>
/// <remarks>The order of the operations depends on the shape alone. Sums of floats are accumulated in the element type, in several lanes.</remarks>
internal abstract class Reduce : Op
{
    protected static TypeSet WideNumbers { get; } = TypeSet.Of(DType.Float, DType.Double, DType.Int32, DType.Int64, DType.UInt32, DType.UInt64);

    protected static OpSchema SchemaOf(int since, TypeSet types) => new(
        since,
        [new("data", "T"), new("axes", "I", Optional: true)],
        [new("reduced", "T")],
        [AttributeSchema.Int("keepdims"), AttributeSchema.Int("noop_with_empty_axes")],
        [("T", types), ("I", TypeSet.Int64)]);

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape || (scope.Has(1) && scope.Integers(1) is null))
        {
            bool sameRank = scope.Shape(0) is not null && KeepDims(scope.Attributes);
            return [new(scope.Type(0), sameRank ? new TensorShape([.. Enumerable.Repeat(Dim.Unknown, scope.Shape(0)!.Value.Rank)]) : null)];
        }

        bool[] reduced = Marks(scope.Attributes, shape.Rank, scope.Has(1) ? scope.Integers(1) : null, scope.Axis);
        bool keep = KeepDims(scope.Attributes);
        return [new(scope.Type(0), new TensorShape([.. shape.Dims.Select((d, i) => reduced[i] ? Dim.Of(1) : d).Where((_, i) => keep || !reduced[i])]))];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Compile<float>(spec, Reduced(spec)),
        DType.Double => Compile<double>(spec, Reduced(spec)),
        DType.Int64 => Compile<long>(spec, Reduced(spec)),
        DType.Int32 => Compile<int>(spec, Reduced(spec)),
        DType.UInt64 => Compile<ulong>(spec, Reduced(spec)),
        DType.UInt32 => Compile<uint>(spec, Reduced(spec)),
        DType.Int8 => Compile<sbyte>(spec, Reduced(spec)),
        DType.UInt8 => Compile<byte>(spec, Reduced(spec)),
        _ => throw spec.Unsupported(0),
    };

    protected abstract Kernel Compile<T>(KernelSpec spec, bool[] reduced)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>;

    /// <summary>A value of the output's shape brought to one that broadcasts to the input's.</summary>
    protected static Value KeepDims(GradientScope s, Value value)
    {
        Value? axes = s.Has(1) && s.Builder.ConstantOf(s.In(1)) is not { Length: 0 } ? s.In(1) : null;
        return KeepDims(s.Attributes) || axes is null ? value : s.Builder.Node("Unsqueeze", [value, axes]);
    }

    private static bool KeepDims(Attributes attributes) => attributes.Int("keepdims", 1) != 0;

    private static bool[] Reduced(KernelSpec spec)
    {
        if (spec.HasIn(1) && spec.Constant(1) is null)
        {
            throw AnnealException.BadData("the axes are computed by the graph; they must be constant").In(spec.Node);
        }

        return Marks(spec.Attributes, spec.In(0).Shape.Length, spec.HasIn(1) ? spec.Constant(1)!.Span<long>().ToArray() : null, static (axis, rank) => (int)(axis < 0 ? axis + rank : axis));
    }

    private static bool[] Marks(Attributes attributes, int rank, long[]? axes, Func<long, int, int> normal)
    {
        var reduced = new bool[rank];
        if (axes is null or [])
        {
            Array.Fill(reduced, attributes.Int("noop_with_empty_axes", 0) == 0);
            return reduced;
        }

        foreach (long axis in axes)
        {
            reduced[normal(axis, rank)] = true;
        }

        return reduced;
    }
}
