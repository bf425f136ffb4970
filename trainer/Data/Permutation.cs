using Anneal.Onnx.Kernels;

namespace Anneal.Trainer.Data;

/// <summary>Random orders as a pure function of seed, purpose and epoch.</summary>
public static class Permutation
{
    // Draws of one epoch never reach those of the next: fewer than 2^31 numbers, each with next to no rejections.
    private const int EpochShift = 36;

    /// <summary>An order of the numbers from 0.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the order is for, such as <c>shuffle</c>.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="count">How many numbers.</param>
    /// <returns>Each number below <paramref name="count"/> once.</returns>
    public static int[] Of(ulong seed, string purpose, long epoch, int count)
    {
        int[] order = new int[count];
        Fill(order, CounterRandom.Key(seed, purpose), epoch);
        return order;
    }

    /// <summary>Fills a span with an order of the numbers from 0; Fisher and Yates's shuffle.</summary>
    /// <param name="order">Receives each number below its length once.</param>
    /// <param name="key">The stream's key.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public static void Fill(Span<int> order, ulong key, long epoch)
    {
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        ulong counter = FirstCounter(epoch);
        for (int last = order.Length - 1; last > 0; last--)
        {
            int other = (int)Below((uint)last + 1, key, ref counter);
            (order[last], order[other]) = (order[other], order[last]);
        }
    }

    /// <summary>Where the draws of an epoch begin.</summary>
    internal static ulong FirstCounter(long epoch) => (ulong)epoch << EpochShift;

    /// <summary>An unbiased number below a bound: the high half of a product, drawn again where the low half would favour some.</summary>
    internal static uint Below(uint bound, ulong key, ref ulong counter)
    {
        ulong product = (ulong)CounterRandom.UInt32(key, counter++) * bound;
        if ((uint)product < bound)
        {
            uint threshold = (0u - bound) % bound;
            while ((uint)product < threshold)
            {
                product = (ulong)CounterRandom.UInt32(key, counter++) * bound;
            }
        }

        return (uint)(product >> 32);
    }
}
