using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Random choices that follow from a purpose and a number alone, so that a failing case can be had again.</summary>
/// <param name="purpose">What is drawn for.</param>
/// <param name="number">Which draw.</param>
internal sealed class Draw(string purpose, int number)
{
    private static readonly int[] s_sizes = [1, 1, 2, 3, 4, 5, 7, 8, 9, 17];

    private readonly ulong _key = CounterRandom.Key((ulong)number, "cases/" + purpose);
    private ulong _counter;

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both among them.</summary>
    public int Whole(int low, int high) => low + (int)(CounterRandom.UInt32(_key, _counter++) % (uint)(high - low + 1));

    /// <summary>One of the values.</summary>
    public T Of<T>(params ReadOnlySpan<T> values) => values[Whole(0, values.Length - 1)];

    /// <summary>Whether an event of probability 1 in <paramref name="chance"/> happens.</summary>
    public bool Once(int chance) => Whole(1, chance) == 1;

    /// <summary>Sizes of a tensor of at most 400 elements; one in eight of them has a size of zero.</summary>
    public int[] Shape(int least, int most)
    {
        int[] shape = [.. Enumerable.Range(0, Whole(least, most)).Select(_ => Of(s_sizes))];
        while (Tensor.LengthOf(shape) > 400)
        {
            shape[Array.IndexOf(shape, shape.Max())] = 2;
        }

        if (shape.Length > 0 && Once(8))
        {
            shape[Whole(0, shape.Length - 1)] = 0;
        }

        return shape;
    }

    /// <summary>A shape that broadcasts to another: leading sizes left out, others 1.</summary>
    public int[] Broadcasting(int[] shape) => [.. shape[Whole(0, shape.Length)..].Select(size => Once(3) ? 1 : size)];

    /// <summary>The numbers below <paramref name="count"/> in a random order.</summary>
    public int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = Whole(0, i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>Different axes of a rank, each counted from the front or from the back.</summary>
    public long[] Axes(int rank) => [.. Order(rank)[..Whole(1, rank)].Select(a => (long)(Once(2) ? a : a - rank))];
}
