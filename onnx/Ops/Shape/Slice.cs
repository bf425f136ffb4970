using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A part of a tensor: per axis every step-th index from start up to, not including, end; out-of-range bounds are clamped.</summary>
public sealed class Slice : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T"), new("starts", "I"), new("ends", "I"), new("axes", "I", Optional: true), new("steps", "I", Optional: true)],
        [new("output", "T")],
        [],
        [("T", TypeSet.All), ("I", TypeSet.Indices)])
    { From = 10 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value x = s.In(0);
        Value?[] bounds = [.. Enumerable.Range(1, s.Node.Inputs.Length - 1).Select(i => s.Has(i) ? s.In(i) : null)];
        Value?[] rest = new Value?[bounds.Length];
        if (Constants(g, bounds) is { } cuts
            && cuts.Steps.All(step => step == 1)
            && cuts.Axes.All(a => x.Shape[Axes.Of(a, x.Rank)].IsKnown))
        {
            long[] pads = new long[2 * x.Rank];
            for (int i = 0; i < cuts.Axes.Length; i++)
            {
                int axis = Axes.Of(cuts.Axes[i], x.Rank);
                (int start, int count, _) = Range(cuts.Starts[i], cuts.Ends[i], 1, x.Shape[axis].Size);
                pads[axis] = start;
                pads[axis + x.Rank] = x.Shape[axis].Size - start - count;
            }

            return [g.Node("Pad", [s.DY, g.Longs(pads)]), .. rest];
        }

        return [SpreadBack(g, x, s.DY, indices => g.Node("Slice", [indices, .. bounds])), .. rest];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        long[]? starts = scope.Integers(1);
        long[]? ends = scope.Integers(2);
        long[]? steps = scope.Has(4) ? scope.Integers(4) : [.. Enumerable.Repeat(1L, starts?.Length ?? 0)];
        long[]? given = scope.Has(3) ? scope.Integers(3) : [.. Enumerable.Range(0, starts?.Length ?? shape.Rank).Select(d => (long)d)];
        int[] axes = given is null ? [.. Enumerable.Range(0, shape.Rank)] : Axes.Of(scope, given, shape.Rank);
        Dim[] dims = [.. shape.Dims];
        if (starts is null || ends is null || steps is null || given is null)
        {
            foreach (int axis in axes)
            {
                dims[axis] = Dim.Unknown;
            }

            return [new(scope.Type(0), new TensorShape(dims))];
        }

        if (starts.Length != axes.Length || ends.Length != axes.Length || steps.Length != axes.Length)
        {
            throw scope.Error($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps are given, expected as many of each");
        }

        for (int i = 0; i < axes.Length; i++)
        {
            Dim dim = dims[axes[i]];
            dims[axes[i]] = steps[i] == 0 ? throw scope.Error($"the step of axis {axes[i]} is 0")
                : dim.IsKnown ? Range(starts[i], ends[i], steps[i], dim.Size).Count
                : starts[i] == 0 && ends[i] >= int.MaxValue && steps[i] == 1 ? dim
                : Dim.Unknown;
        }

        return [new(scope.Type(0), new TensorShape(dims))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        long[] starts = Longs(spec, 1)!;
        long[] ends = Longs(spec, 2)!;
        long[] axes = Longs(spec, 3) ?? [.. Enumerable.Range(0, starts.Length).Select(d => (long)d)];
        long[]? steps = Longs(spec, 4);
        int[] strides = StridedCopy.Dense(x.Shape);
        int from = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Axes.Of(axes[i], x.Shape.Length);
            (int start, int count, int step) = Range(starts[i], ends[i], steps?[i] ?? 1, x.Shape[axis]);
            from += count == 0 ? 0 : start * strides[axis];
            strides[axis] = count <= 1 ? 0 : strides[axis] * step;
        }

        return new StridedCopy(x, y, y.Shape, strides, StridedCopy.Dense(y.Shape), from).Run;
    }

    /// <summary>The gradient of an op that only picks elements: dY added up where each came from.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">The op's input.</param>
    /// <param name="dY">The gradient of its output.</param>
    /// <param name="pick">Applies the op to an int64 tensor of x's shape.</param>
    /// <returns>The gradient of the input.</returns>
    internal static Value SpreadBack(GraphBuilder g, Value x, Value dY, Func<Value, Value> pick)
    {
        Value shape = g.ShapeOf(x);
        Value count = x.Shape.ElementCount is { } known ? g.Scalar(known, DType.Int64) : g.Node("Size", [x]);
        Value places = g.Node("Range", [g.Scalar(0, DType.Int64), count, g.Scalar(1, DType.Int64)]);
        Value picked = g.Reshape(pick(g.Reshape(places, shape)), -1);
        Value zeros = g.Node("Expand", [g.Scalar(0, dY.Type.Type), g.Reshape(count, 1)]);
        Value flat = g.Node("ScatterElements", [zeros, picked, g.Reshape(dY, -1)], Attributes.Of(("reduction", "add")));
        return g.Reshape(flat, shape);
    }

    private static (int Start, int Count, int Step) Range(long start, long end, long step, int size)
    {
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        start = start < 0 ? start + size : start;
        end = end < 0 ? end + size : end;
        (start, end) = step > 0
            ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size))
            : (Math.Clamp(start, 0, Math.Max(0, size - 1)), Math.Clamp(end, -1, size - 1));
        long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        return ((int)start, size == 0 ? 0 : (int)Math.Max(0, count), (int)step);
    }

    private static (long[] Starts, long[] Ends, long[] Axes, long[] Steps)? Constants(GraphBuilder g, Value?[] bounds)
    {
        Tensor?[] known = [.. bounds.Select(b => b is null ? null : g.ConstantOf(b))];
        if (bounds.Where((b, i) => b is not null && known[i] is null).Any())
        {
            return null;
        }

        long[] starts = Longs(known[0])!;
        return (
            starts,
            Longs(known[1])!,
            Longs(known.ElementAtOrDefault(2)) ?? [.. Enumerable.Range(0, starts.Length).Select(d => (long)d)],
            Longs(known.ElementAtOrDefault(3)) ?? [.. Enumerable.Repeat(1L, starts.Length)]);
    }

    private static long[]? Longs(KernelSpec spec, int index) => !spec.HasIn(index) ? null : Longs(spec.Constant(index))
        ?? throw AnnealException.BadData($"input '{spec.Node.Inputs[index]}' is computed while running, expected a constant").In(spec.Node);

    private static long[]? Longs(Tensor? tensor) => tensor switch
    {
        null => null,
        { Type: DType.Int32 } => [.. tensor.Span<int>().ToArray().Select(v => (long)v)],
        _ => tensor.Span<long>().ToArray(),
    };
}
