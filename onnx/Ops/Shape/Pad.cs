using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Adds elements before and after each dimension: a constant, the edge, or a mirror image; negative pads remove some.</summary>
public sealed class Pad : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        18,
        [new("data", "T"), new("pads", "I"), new("constant_value", "T", Optional: true), new("axes", "Tind", Optional: true)],
        [new("output", "T")],
        [AttributeSchema.String("mode")],
        [("T", TypeSet.NumbersAndBool), ("I", TypeSet.Int64), ("Tind", TypeSet.Indices)])
    { From = 11 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value?[] rest = s.Has(3) ? [s.In(1), null, s.In(3)] : [s.In(1)];
        if (s.Attributes.String("mode", "constant") != "constant")
        {
            return [Slice.SpreadBack(g, s.In(0), s.DY, places => g.Node("Pad", [places, .. rest], s.Attributes)), null, null, null];
        }

        Value dX = g.Node("Pad", [s.DY, g.Neg(s.In(1)), .. rest.AsSpan(1)]);
        if (g.ConstantOf(s.In(1)) is { } pads && !pads.Span<long>().ContainsAnyInRange(long.MinValue, -1))
        {
            long[] values = pads.Span<long>().ToArray();
            int half = values.Length / 2;
            Value axes = s.Has(3) ? s.In(3) : g.Longs([.. Enumerable.Range(0, half).Select(d => (long)d)]);
            Value ends = g.Longs([.. values.Skip(half).Select(p => p == 0 ? int.MaxValue : -p)]);
            Value starts = g.Longs(values.AsSpan(0, half));
            dX = g.Node("Slice", [s.DY, g.Cast(starts, axes.Type.Type), g.Cast(ends, axes.Type.Type), axes]);
        }

        return [dX, null, s.Has(2) ? g.Sub(g.ReduceSum(s.DY, keepDims: false), g.ReduceSum(dX, keepDims: false)) : null, null];
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        string mode = scope.Attributes.String("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge"))
        {
            throw scope.Error($"mode '{mode}' is not known", "use constant, reflect or edge");
        }

        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        if (scope.Integers(1) is not { } pads || (scope.Has(3) && scope.Constant(3) is null))
        {
            return [new(scope.Type(0), new TensorShape([.. shape.Dims.Select(_ => Dim.Unknown)]))];
        }

        int[] axes = scope.Has(3) ? Axes.Of(scope, scope.Integers(3)!, shape.Rank) : [.. Enumerable.Range(0, shape.Rank)];
        if (pads.Length != 2 * axes.Length)
        {
            throw scope.Error($"pads [{string.Join(",", pads)}] do not fit {axes.Length} axes of input of shape {shape}");
        }

        Dim[] dims = [.. shape.Dims];
        for (int i = 0; i < axes.Length; i++)
        {
            (long before, long after) = (pads[i], pads[i + axes.Length]);
            Dim dim = dims[axes[i]];
            if (before == 0 && after == 0)
            {
                continue;
            }

            dims[axes[i]] = dim.IsKnown ? Axes.Size(scope, dim.Size + before + after) : Dim.Unknown;
            bool isBeyond = dim.IsKnown && mode != "constant" && (mode == "reflect" ? Math.Max(before, after) >= dim.Size : dim.Size == 0);
            if (isBeyond)
            {
                throw scope.Error($"pads [{string.Join(",", pads)}] reach beyond dimension {axes[i]} of {shape} in mode {mode}");
            }
        }

        return [new(scope.Type(0), new TensorShape(dims))];
    }

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Slot? constant = spec.HasIn(2) ? spec.In(2) : null;
        int rank = y.Shape.Length;
        int size = x.Type.Size();
        string mode = spec.Attributes.String("mode", "constant");
        long[] before = Before(spec, rank);
        int[] strides = StridedCopy.Dense(x.Shape);

        // Per dimension, where each output index comes from in the input, or -1 for the constant.
        int[][] sources = new int[rank][];
        for (int d = 0; d < rank; d++)
        {
            sources[d] = new int[y.Shape[d]];
            for (int i = 0; i < sources[d].Length; i++)
            {
                int at = Source(i - before[d], x.Shape[d], mode);
                sources[d][i] = at < 0 ? -1 : at * strides[d];
            }
        }

        int inner = rank == 0 ? 1 : y.Shape[^1];
        int rows = y.Length == 0 ? 0 : y.Length / inner;
        int[] last = rank == 0 ? [0] : sources[^1];
        int skipped = Array.FindIndex(last, s => s >= 0);
        int run = 0;
        while (skipped >= 0 && skipped + run < inner && last[skipped + run] == last[skipped] + run)
        {
            run++;
        }

        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, inner));
        Action<int> body = item =>
        {
            ulong zero = 0;
            byte* value = constant is null ? (byte*)&zero : constant.Pointer;
            int end = Math.Min(rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                byte* to = y.Pointer + ((nint)row * inner * size);
                int start = 0;
                int rest = row;
                for (int d = rank - 2; d >= 0 && start >= 0; d--)
                {
                    int source = sources[d][rest % sources[d].Length];
                    rest /= sources[d].Length;
                    start = source < 0 ? -1 : start + source;
                }

                if (start < 0 || skipped < 0)
                {
                    Blobs.Fill(value, to, inner, size);
                    continue;
                }

                for (int i = 0; i < skipped; i++)
                {
                    Blobs.Copy(value, to + ((nint)i * size), size);
                }

                Buffer.MemoryCopy(x.Pointer + ((nint)(start + last[skipped]) * size), to + ((nint)skipped * size), (long)run * size, (long)run * size);
                for (int i = skipped + run; i < inner; i++)
                {
                    Blobs.Copy(last[i] < 0 ? value : x.Pointer + ((nint)(start + last[i]) * size), to + ((nint)i * size), size);
                }
            }
        };
        int items = rows == 0 ? 0 : ((rows - 1) / perItem) + 1;
        return team => team.Run(items, body);
    }

    private static long[] Before(KernelSpec spec, int rank)
    {
        if (spec.Constant(1) is not { } pads || (spec.HasIn(3) && spec.Constant(3) is null))
        {
            throw AnnealException.BadData("pads and axes are computed while running, expected constants").In(spec.Node);
        }

        long[] before = new long[rank];
        for (int i = 0; i < pads.Length / 2; i++)
        {
            long axis = spec.Constant(3) switch
            {
                null => i,
                { Type: DType.Int32 } t => t.Span<int>()[i],
                Tensor t => t.Span<long>()[i],
            };
            before[Axes.Of(axis, rank)] = pads.Span<long>()[i];
        }

        return before;
    }

    private static int Source(long at, int size, string mode) => (int)(mode switch
    {
        _ when at >= 0 && at < size => at,
        "edge" => Math.Clamp(at, 0, size - 1),
        "reflect" => at < 0 ? -at : (2L * (size - 1)) - at,
        _ => -1,
    });
}
