using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Random choices that a number repeats.</summary>
internal sealed class Dice(ulong seed)
{
    private readonly ulong _key = CounterRandom.Key(seed, "tests/fuzz");
    private ulong _counter;

    /// <summary>A number from 0 to <paramref name="sides"/> - 1.</summary>
    public int Roll(int sides) => (int)(CounterRandom.UInt32(_key, _counter++) % (uint)sides);

    public T Of<T>(IReadOnlyList<T> items) => items[Roll(items.Count)];
}
