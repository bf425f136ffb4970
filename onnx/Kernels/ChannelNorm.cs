using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>Loops over all elements of one channel of [N, C, …], image by image; sums are taken in an order that depends on the shape alone.</summary>
internal readonly unsafe struct ChannelNorm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _images;
    private readonly int _size;
    private readonly nint _stride;

    /// <summary>Describes a shape.</summary>
    public ChannelNorm(ReadOnlySpan<int> shape)
    {
        _images = shape[0];
        Channels = shape[1];
        int size = 1;
        foreach (int length in shape[2..])
        {
            size *= length;
        }

        _size = size;
        _stride = (nint)Channels * size;
    }

    /// <summary>The number of channels.</summary>
    public int Channels { get; }

    /// <summary>The number of elements of a channel.</summary>
    public int Count => _images * _size;

    /// <summary>The sum of f(x - shift) with f the identity, or the square if asked for.</summary>
    public T Sum(T* x, int channel, T shift, bool isSquared)
    {
        Vector512<T> shifts = Vector512.Create(shift);
        Vector512<T> a = Vector512<T>.Zero, b = a, c = a, d = a;
        T rest = T.Zero;
        int width = Vector512<T>.Count;
        for (int n = 0; n < _images; n++)
        {
            T* p = x + (n * _stride) + ((nint)channel * _size);
            int i = 0;
            for (; i <= _size - (4 * width); i += 4 * width)
            {
                Vector512<T> v0 = Vector512.Load(p + i) - shifts;
                Vector512<T> v1 = Vector512.Load(p + i + width) - shifts;
                Vector512<T> v2 = Vector512.Load(p + i + (2 * width)) - shifts;
                Vector512<T> v3 = Vector512.Load(p + i + (3 * width)) - shifts;
                a += isSquared ? v0 * v0 : v0;
                b += isSquared ? v1 * v1 : v1;
                c += isSquared ? v2 * v2 : v2;
                d += isSquared ? v3 * v3 : v3;
            }

            for (; i <= _size - width; i += width)
            {
                Vector512<T> v = Vector512.Load(p + i) - shifts;
                a += isSquared ? v * v : v;
            }

            for (; i < _size; i++)
            {
                T v = p[i] - shift;
                rest += isSquared ? v * v : v;
            }
        }

        return Vector512.Sum((a + b) + (c + d)) + rest;
    }

    /// <summary>The sums of dY and of dY·(x - mean); where a gate is given, only dY where the gate is above zero counts. That is kept where <typeparamref name="TKept"/> is 1.</summary>
    public (T Sum, T Product) Sums<TKept>(T* dY, T* x, T* gate, T* kept, int channel, T mean)
        where TKept : ICount
    {
        Vector512<T> means = Vector512.Create(mean);
        Vector512<T> s0 = Vector512<T>.Zero, s1 = s0, p0 = s0, p1 = s0;
        T sum = T.Zero;
        T product = T.Zero;
        int width = Vector512<T>.Count;
        for (int n = 0; n < _images; n++)
        {
            nint at = (n * _stride) + ((nint)channel * _size);
            T* g = dY + at;
            T* p = x + at;
            T* open = gate == null ? null : gate + at;
            T* keep = kept + at;
            int i = 0;
            for (; i <= _size - (2 * width); i += 2 * width)
            {
                Vector512<T> g0 = Kept<TKept>(Gated(g, open, i), keep, i);
                Vector512<T> g1 = Kept<TKept>(Gated(g, open, i + width), keep, i + width);
                s0 += g0;
                s1 += g1;
                p0 += g0 * (Vector512.Load(p + i) - means);
                p1 += g1 * (Vector512.Load(p + i + width) - means);
            }

            for (; i <= _size - width; i += width)
            {
                Vector512<T> g0 = Kept<TKept>(Gated(g, open, i), keep, i);
                s0 += g0;
                p0 += g0 * (Vector512.Load(p + i) - means);
            }

            for (; i < _size; i++)
            {
                T value = open == null || open[i] > T.Zero ? g[i] : T.Zero;
                if (TKept.Value > 0)
                {
                    keep[i] = value;
                }

                sum += value;
                product += value * (p[i] - mean);
            }
        }

        return (Vector512.Sum(s0 + s1) + sum, Vector512.Sum(p0 + p1) + product);
    }

    /// <summary>y = factor·x + addend, and a branch's value where there is one, or the larger of that and zero.</summary>
    public void Scale(T* x, T* branch, T* y, int channel, T factor, T addend, bool isRelu)
    {
        Vector512<T> factors = Vector512.Create(factor);
        Vector512<T> addends = Vector512.Create(addend);
        int width = Vector512<T>.Count;
        for (int n = 0; n < _images; n++)
        {
            nint at = (n * _stride) + ((nint)channel * _size);
            int i = 0;
            for (; i <= _size - width; i += width)
            {
                Vector512<T> v = (Vector512.Load(x + at + i) * factors) + addends;
                v = branch == null ? v : v + Vector512.Load(branch + at + i);
                v = isRelu ? Vector512.ConditionalSelect(Vector512.LessThan(v, Vector512<T>.Zero), Vector512<T>.Zero, v) : v;
                v.Store(y + at + i);
            }

            for (; i < _size; i++)
            {
                T v = (x[at + i] * factor) + addend;
                v = branch == null ? v : v + branch[at + i];
                y[at + i] = isRelu && v < T.Zero ? T.Zero : v;
            }
        }
    }

    /// <summary>dX = factor·dY + slope·x + addend, with dY gated as in <see cref="Sums"/>.</summary>
    public void Back(T* dY, T* x, T* gate, T* dX, int channel, T factor, T slope, T addend)
    {
        Vector512<T> factors = Vector512.Create(factor);
        Vector512<T> slopes = Vector512.Create(slope);
        Vector512<T> addends = Vector512.Create(addend);
        int width = Vector512<T>.Count;
        for (int n = 0; n < _images; n++)
        {
            nint at = (n * _stride) + ((nint)channel * _size);
            T* open = gate == null ? null : gate + at;
            int i = 0;
            for (; i <= _size - width; i += width)
            {
                Vector512<T> g = Gated(dY + at, open, i);
                ((g * factors) + ((Vector512.Load(x + at + i) * slopes) + addends)).Store(dX + at + i);
            }

            for (; i < _size; i++)
            {
                T g = open == null || open[i] > T.Zero ? dY[at + i] : T.Zero;
                dX[at + i] = (g * factor) + ((x[at + i] * slope) + addend);
            }
        }
    }

    private static Vector512<T> Gated(T* g, T* open, int i)
    {
        Vector512<T> value = Vector512.Load(g + i);
        return open == null ? value : Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Load(open + i), Vector512<T>.Zero), value, Vector512<T>.Zero);
    }

    private static Vector512<T> Kept<TKept>(Vector512<T> value, T* keep, int i)
        where TKept : ICount
    {
        if (TKept.Value > 0)
        {
            value.Store(keep + i);
        }

        return value;
    }
}
