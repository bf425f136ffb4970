using System.Numerics;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Reductions over any axes, in an order that depends on the shape alone.</summary>
/// <remarks>
/// Dimensions are merged into kept offsets, reduced offsets and an innermost run that is either reduced (rows) or kept (columns).
/// A long reduction is cut into blocks whose results are combined in block order.
/// </remarks>
internal static unsafe class Reduction
{
    private const int ColumnChunk = 512;
    private const int BlockElements = 32768;

    /// <summary>An associative operation with an identity.</summary>
    public interface IOperation<T>
        where T : unmanaged
    {
        /// <summary>The result of reducing nothing.</summary>
        static abstract T Identity { get; }

        /// <summary>Combines two results.</summary>
        static abstract T Combine(T a, T b);

        /// <summary>Combines two vectors of results.</summary>
        static abstract Vector512<T> Combine(Vector512<T> a, Vector512<T> b);
    }

    /// <summary>The kernel that reduces the axes marked in <paramref name="reduced"/> and applies <paramref name="finish"/> to the results.</summary>
    public static Kernel Make<T, TOperation>(KernelSpec spec, bool[] reduced, Action<Span<T>>? finish)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T> => Make<T, TOperation>(spec, spec.In(0), spec.In(0).Shape, spec.Out(), reduced, finish);

    /// <summary>The kernel that reduces a tensor of a shape, held by a slot of any type.</summary>
    public static Kernel Make<T, TOperation>(KernelSpec spec, Slot x, ReadOnlySpan<int> shape, Slot y, bool[] reduced, Action<Span<T>>? finish)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        var layout = new ReductionLayout(shape, reduced);
        int results = y.Length / (y.Type == DType.UInt8 && typeof(T) != typeof(byte) ? sizeof(T) : 1);
        if (Tensor.LengthOf(shape) == 0)
        {
            return _ =>
            {
                var all = new Span<T>(y.Pointer, results);
                all.Fill(TOperation.Identity);
                finish?.Invoke(all);
            };
        }

        return layout.InnerReduced ? Rows<T, TOperation>(spec, x, y, layout, finish) : Columns<T, TOperation>(spec, x, y, layout, finish);
    }

    /// <summary>Reduces a contiguous run.</summary>
    public static T Run<T, TOperation>(T* x, int count)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        int width = Vector512<T>.Count;
        T result = TOperation.Identity;
        int i = 0;
        if (count >= width)
        {
            Vector512<T> a0 = Vector512.Create(TOperation.Identity);
            Vector512<T> a1 = a0;
            Vector512<T> a2 = a0;
            Vector512<T> a3 = a0;
            for (; i <= count - (4 * width); i += 4 * width)
            {
                a0 = TOperation.Combine(a0, Vector512.Load(x + i));
                a1 = TOperation.Combine(a1, Vector512.Load(x + i + width));
                a2 = TOperation.Combine(a2, Vector512.Load(x + i + (2 * width)));
                a3 = TOperation.Combine(a3, Vector512.Load(x + i + (3 * width)));
            }

            for (; i <= count - width; i += width)
            {
                a0 = TOperation.Combine(a0, Vector512.Load(x + i));
            }

            a0 = TOperation.Combine(TOperation.Combine(a0, a1), TOperation.Combine(a2, a3));
            for (int lane = 0; lane < width; lane++)
            {
                result = TOperation.Combine(result, a0[lane]);
            }
        }

        for (; i < count; i++)
        {
            result = TOperation.Combine(result, x[i]);
        }

        return result;
    }

    private static Kernel Rows<T, TOperation>(KernelSpec spec, Slot x, Slot y, ReductionLayout layout, Action<Span<T>>? finish)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        int[] kept = layout.Kept;
        int[] outer = layout.Reduced;
        int runBlocks = (int)(((long)layout.Inner + BlockElements - 1) / BlockElements);
        int blocks = outer.Length * runBlocks;
        if (blocks > 1 && (long)outer.Length * layout.Inner > BlockElements)
        {
            int perBlock = runBlocks > 1 ? 1 : Math.Max(1, BlockElements / layout.Inner);
            blocks = runBlocks > 1 ? blocks : (outer.Length + perBlock - 1) / perBlock;
            return Partial<T, TOperation>(spec, x, y, kept.Length, blocks, finish, (from, k, block) =>
            {
                if (runBlocks > 1)
                {
                    int start = block % runBlocks * BlockElements;
                    return Run<T, TOperation>(from + kept[k] + outer[block / runBlocks] + start, Math.Min(BlockElements, layout.Inner - start));
                }

                return Several<T, TOperation>(from + kept[k], outer, block * perBlock, Math.Min(outer.Length, (block + 1) * perBlock), layout.Inner);
            });
        }

        int perItem = (int)Math.Max(1, BlockElements / 2 / Math.Max(1, (long)outer.Length * layout.Inner));
        Action<int> body = item =>
        {
            int start = item * perItem;
            var to = new Span<T>((T*)y.Pointer + start, Math.Min(perItem, kept.Length - start));
            for (int k = 0; k < to.Length; k++)
            {
                to[k] = Several<T, TOperation>((T*)x.Pointer + kept[start + k], outer, 0, outer.Length, layout.Inner);
            }

            finish?.Invoke(to);
        };
        int items = (kept.Length + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    private delegate T BlockOf<T>(T* x, int kept, int block)
        where T : unmanaged;

    private static T Several<T, TOperation>(T* x, int[] offsets, int first, int end, int count)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        T result = Run<T, TOperation>(x + offsets[first], count);
        for (int r = first + 1; r < end; r++)
        {
            result = TOperation.Combine(result, Run<T, TOperation>(x + offsets[r], count));
        }

        return result;
    }

    private static Kernel Partial<T, TOperation>(KernelSpec spec, Slot x, Slot y, int kept, int blocks, Action<Span<T>>? finish, BlockOf<T> of)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        Slot partial = spec.Scratch((long)kept * blocks * sizeof(T));
        Action<int> body = item => ((T*)partial.Pointer)[item] = of((T*)x.Pointer, item / blocks, item % blocks);
        return team =>
        {
            team.Run(kept * blocks, body);
            for (int k = 0; k < kept; k++)
            {
                T* from = (T*)partial.Pointer + ((long)k * blocks);
                T result = from[0];
                for (int block = 1; block < blocks; block++)
                {
                    result = TOperation.Combine(result, from[block]);
                }

                ((T*)y.Pointer)[k] = result;
            }

            finish?.Invoke(new Span<T>((T*)y.Pointer, kept));
        };
    }

    private static Kernel Columns<T, TOperation>(KernelSpec spec, Slot x, Slot y, ReductionLayout layout, Action<Span<T>>? finish)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        int[] kept = layout.Kept;
        int[] reduced = layout.Reduced;
        int inner = layout.Inner;
        int chunks = (inner + ColumnChunk - 1) / ColumnChunk;
        int perBlock = Math.Max(16, BlockElements / Math.Min(inner, ColumnChunk));
        int blocks = (reduced.Length + perBlock - 1) / perBlock;
        Slot? partial = blocks > 1 ? spec.Scratch((long)kept.Length * blocks * inner * sizeof(T)) : null;
        Action<int> body = item =>
        {
            int start = item % chunks * ColumnChunk;
            int k = item / chunks / blocks;
            int block = item / chunks % blocks;
            int count = Math.Min(ColumnChunk, inner - start);
            T* to = partial is null
                ? (T*)y.Pointer + ((long)k * inner) + start
                : (T*)partial.Pointer + ((((long)k * blocks) + block) * inner) + start;
            T* from = (T*)x.Pointer + kept[k] + start;
            Down<T, TOperation>(from, reduced.AsSpan(block * perBlock, Math.Min(perBlock, reduced.Length - (block * perBlock))), to, count);
            if (partial is null)
            {
                finish?.Invoke(new Span<T>(to, count));
            }
        };
        int items = kept.Length * blocks * chunks;
        if (partial is null)
        {
            return team => team.Run(items, body);
        }

        int[] rows = [.. Enumerable.Range(0, blocks).Select(b => b * inner)];
        Action<int> combine = item =>
        {
            int start = item % chunks * ColumnChunk;
            int k = item / chunks;
            int count = Math.Min(ColumnChunk, inner - start);
            T* to = (T*)y.Pointer + ((long)k * inner) + start;
            Down<T, TOperation>((T*)partial.Pointer + ((long)k * blocks * inner) + start, rows, to, count);
            finish?.Invoke(new Span<T>(to, count));
        };
        return team =>
        {
            team.Run(items, body);
            team.Run(kept.Length * chunks, combine);
        };
    }

    private static void Down<T, TOperation>(T* x, ReadOnlySpan<int> rows, T* to, int count)
        where T : unmanaged, INumber<T>
        where TOperation : IOperation<T>
    {
        int width = Vector512<T>.Count;
        int i = 0;
        for (; i <= count - (4 * width); i += 4 * width)
        {
            T* from = x + i + rows[0];
            Vector512<T> a0 = Vector512.Load(from);
            Vector512<T> a1 = Vector512.Load(from + width);
            Vector512<T> a2 = Vector512.Load(from + (2 * width));
            Vector512<T> a3 = Vector512.Load(from + (3 * width));
            for (int r = 1; r < rows.Length; r++)
            {
                from = x + i + rows[r];
                a0 = TOperation.Combine(a0, Vector512.Load(from));
                a1 = TOperation.Combine(a1, Vector512.Load(from + width));
                a2 = TOperation.Combine(a2, Vector512.Load(from + (2 * width)));
                a3 = TOperation.Combine(a3, Vector512.Load(from + (3 * width)));
            }

            a0.Store(to + i);
            a1.Store(to + i + width);
            a2.Store(to + i + (2 * width));
            a3.Store(to + i + (3 * width));
        }

        for (; i <= count - width; i += width)
        {
            Vector512<T> a = Vector512.Load(x + i + rows[0]);
            for (int r = 1; r < rows.Length; r++)
            {
                a = TOperation.Combine(a, Vector512.Load(x + i + rows[r]));
            }

            a.Store(to + i);
        }

        for (; i < count; i++)
        {
            T a = x[i + rows[0]];
            for (int r = 1; r < rows.Length; r++)
            {
                a = TOperation.Combine(a, x[i + rows[r]]);
            }

            to[i] = a;
        }
    }

    /// <summary>a + b.</summary>
    public readonly struct Sum<T> : IOperation<T>
        where T : unmanaged, INumber<T>
    {
        public static T Identity => T.Zero;

        public static T Combine(T a, T b) => a + b;

        public static Vector512<T> Combine(Vector512<T> a, Vector512<T> b) => a + b;
    }

    /// <summary>a · b.</summary>
    public readonly struct Product<T> : IOperation<T>
        where T : unmanaged, INumber<T>
    {
        public static T Identity => T.One;

        public static T Combine(T a, T b) => a * b;

        public static Vector512<T> Combine(Vector512<T> a, Vector512<T> b) => a * b;
    }

    /// <summary>The larger one; NaN wins.</summary>
    public readonly struct Largest<T> : IOperation<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Identity => T.IsNaN(T.CreateTruncating(double.NaN)) ? T.CreateTruncating(double.NegativeInfinity) : T.MinValue;

        public static T Combine(T a, T b) => T.Max(a, b);

        public static Vector512<T> Combine(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);
    }

    /// <summary>The smaller one; NaN wins.</summary>
    public readonly struct Smallest<T> : IOperation<T>
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        public static T Identity => T.IsNaN(T.CreateTruncating(double.NaN)) ? T.CreateTruncating(double.PositiveInfinity) : T.MaxValue;

        public static T Combine(T a, T b) => T.Min(a, b);

        public static Vector512<T> Combine(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);
    }
}
