using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Cuts a tensor along an axis: into parts of given sizes, or into num_outputs parts of which only the last may be smaller.</summary>
public sealed class Split : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        18,
        [new("input", "T"), new("split", "I", Optional: true)],
        [new("outputs", "T", Variadic: true)],
        [AttributeSchema.Int("axis"), AttributeSchema.Int("num_outputs")],
        [("T", TypeSet.All), ("I", TypeSet.Int64)]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        Value[] parts = [.. Enumerable.Range(0, s.Node.Outputs.Length).Select(i => s.DOut(i) ?? s.Builder.ZerosLike(s.Out(i)))];
        return [s.Builder.Node("Concat", parts, Attributes.Of(("axis", s.Attributes.Int("axis", 0)))), null];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        int count = scope.Node.Outputs.Length;
        long parts = scope.Attributes.Int("num_outputs", count);
        if (scope.Has(1) && scope.Attributes.Find("num_outputs") is not null)
        {
            throw scope.Error("input 'split' and attribute 'num_outputs' are both given, expected one");
        }

        if (parts != count)
        {
            throw scope.Error($"{count} outputs are named, expected num_outputs = {parts}");
        }

        if (scope.Shape(0) is not { } shape)
        {
            return [.. Enumerable.Repeat(new TensorType(scope.Type(0), null), count)];
        }

        int axis = scope.Axis(scope.Attributes.Int("axis", 0), shape.Rank);
        long[]? sizes = scope.Integers(1);
        if (sizes is not null && (sizes.Length != count || sizes.Any(s => s < 0) || (shape[axis].IsKnown && sizes.Sum() != shape[axis].Size)))
        {
            throw scope.Error($"sizes [{string.Join(",", sizes)}] do not split dimension {axis} of {shape} into {count} outputs");
        }

        if (!scope.Has(1) && shape[axis].IsKnown)
        {
            long size = (shape[axis].Size + (long)count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Clamp(shape[axis].Size - (i * size), 0, size))];
        }

        return [.. Enumerable.Range(0, count).Select(i => new TensorType(
            scope.Type(0),
            new TensorShape([.. shape.Dims.SetItem(axis, sizes is null ? Dim.Unknown : Axes.Size(scope, sizes[i]))])))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), x.Shape.Length);
        int[] strides = StridedCopy.Dense(x.Shape);
        long[]? sizes = spec.Constant(1)?.Span<long>().ToArray();
        long equal = (x.Shape[axis] + (long)spec.OutputCount - 1) / spec.OutputCount;
        var copies = new List<StridedCopy>();
        long start = 0;
        for (int i = 0; i < spec.OutputCount; i++)
        {
            if (spec.HasOut(i))
            {
                Slot y = spec.Out(i);
                int from = y.Length == 0 ? 0 : (int)start * strides[axis];
                copies.Add(new StridedCopy(x, y, y.Shape, strides, StridedCopy.Dense(y.Shape), from));
            }

            start += sizes?[i] ?? equal;
        }

        StridedCopy[] all = [.. copies];
        return team =>
        {
            foreach (StridedCopy copy in all)
            {
                copy.Run(team);
            }
        };
    }
}
