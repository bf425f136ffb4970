using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Comparisons that give bytes of 0 and 1, and the choice between two operands by such bytes.</summary>
internal static unsafe class Selection
{
    /// <summary>A test of two elements.</summary>
    public interface ITest<T>
        where T : unmanaged
    {
        /// <summary>Whether it holds.</summary>
        static abstract bool Holds(T a, T b);

        /// <summary>All bits set where it holds.</summary>
        static abstract Vector512<T> Holds(Vector512<T> a, Vector512<T> b);
    }

    /// <summary>The kernel of C = A ∘ B for the spec's first two inputs, with broadcasting.</summary>
    public static Kernel Compare<T, TTest>(KernelSpec spec)
        where T : unmanaged
        where TTest : ITest<T>
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        return Broadcast.Rows(y, new BroadcastLayout(y.Shape, a.Shape, b.Shape), (layout, row, start, count) =>
            Compare<T, TTest>(
                (T*)a.Pointer + layout.Offset(0, row) + (start * layout.InnerStride(0)),
                layout.InnerStride(0),
                (T*)b.Pointer + layout.Offset(1, row) + (start * layout.InnerStride(1)),
                layout.InnerStride(1),
                y.Pointer + ((long)row * layout.Inner) + start,
                count));
    }

    /// <summary>to[i] = condition[i] ? x[i] : y[i], where a step of 0 stands for a constant.</summary>
    public static void Run<T>(byte* condition, int conditionStep, T* x, int xStep, T* y, int yStep, T* to, int count)
        where T : unmanaged
    {
        int i = 0;
        if (conditionStep == 0)
        {
            T* from = *condition != 0 ? x : y;
            if ((*condition != 0 ? xStep : yStep) == 0)
            {
                new Span<T>(to, count).Fill(*from);
            }
            else
            {
                new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
            }

            return;
        }

        if (sizeof(T) == 4)
        {
            Vector512<uint> xs = Vector512.Create(*(uint*)x);
            Vector512<uint> ys = Vector512.Create(*(uint*)y);
            for (; i <= count - 64; i += 64)
            {
                (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(Vector512.Load(condition + i));
                (Vector512<uint> c0, Vector512<uint> c1) = Vector512.Widen(low);
                (Vector512<uint> c2, Vector512<uint> c3) = Vector512.Widen(high);
                uint* px = (uint*)x + i;
                uint* py = (uint*)y + i;
                uint* pt = (uint*)to + i;
                Select(c0, xStep == 0 ? xs : Vector512.Load(px), yStep == 0 ? ys : Vector512.Load(py)).Store(pt);
                Select(c1, xStep == 0 ? xs : Vector512.Load(px + 16), yStep == 0 ? ys : Vector512.Load(py + 16)).Store(pt + 16);
                Select(c2, xStep == 0 ? xs : Vector512.Load(px + 32), yStep == 0 ? ys : Vector512.Load(py + 32)).Store(pt + 32);
                Select(c3, xStep == 0 ? xs : Vector512.Load(px + 48), yStep == 0 ? ys : Vector512.Load(py + 48)).Store(pt + 48);
            }
        }

        for (; i < count; i++)
        {
            to[i] = condition[i] != 0 ? x[i * xStep] : y[i * yStep];
        }
    }

    /// <summary>to[i] = values[i] below the limit, as 0 or 1.</summary>
    public static void Below(ReadOnlySpan<uint> values, ulong limit, Span<byte> to)
    {
        if (limit > uint.MaxValue)
        {
            to.Fill(1);
            return;
        }

        uint bound = (uint)limit;
        fixed (uint* x = values)
        fixed (byte* y = to)
        {
            Compare<uint, BelowTest>(x, 1, &bound, 0, y, values.Length);
        }
    }

    private readonly struct BelowTest : ITest<uint>
    {
        public static bool Holds(uint a, uint b) => a < b;

        public static Vector512<uint> Holds(Vector512<uint> a, Vector512<uint> b) => Vector512.LessThan(a, b);
    }

    private static Vector512<uint> Select(Vector512<uint> condition, Vector512<uint> x, Vector512<uint> y) =>
        Vector512.ConditionalSelect(Vector512.Equals(condition, Vector512<uint>.Zero), y, x);

    private static void Compare<T, TTest>(T* a, int aStep, T* b, int bStep, byte* y, int count)
        where T : unmanaged
        where TTest : ITest<T>
    {
        int i = 0;
        if (sizeof(T) == 4)
        {
            Vector512<T> a0 = Vector512.Create(*a);
            Vector512<T> b0 = Vector512.Create(*b);
            for (; i <= count - 64; i += 64)
            {
                Vector512<ushort> low = Vector512.Narrow(Mask<T, TTest>(a + i, aStep, a0, b + i, bStep, b0), Mask<T, TTest>(a + i + 16, aStep, a0, b + i + 16, bStep, b0));
                Vector512<ushort> high = Vector512.Narrow(Mask<T, TTest>(a + i + 32, aStep, a0, b + i + 32, bStep, b0), Mask<T, TTest>(a + i + 48, aStep, a0, b + i + 48, bStep, b0));
                (Vector512.Narrow(low, high) & Vector512<byte>.One).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] = TTest.Holds(a[i * aStep], b[i * bStep]) ? (byte)1 : (byte)0;
        }
    }

    private static Vector512<uint> Mask<T, TTest>(T* a, int aStep, Vector512<T> a0, T* b, int bStep, Vector512<T> b0)
        where T : unmanaged
        where TTest : ITest<T> => TTest.Holds(aStep == 0 ? a0 : Vector512.Load(a), bStep == 0 ? b0 : Vector512.Load(b)).AsUInt32();
}
