using Anneal.Onnx.Kernels;

namespace Anneal.Trainer.Data.Augment;

/// <summary>The random numbers of one augmentation of one row in one epoch.</summary>
/// <remarks>A function of stream, epoch and row alone: neither the batch nor the thread nor an interruption changes a number.</remarks>
public readonly struct SampleRandom
{
    private const int RowBits = 31;
    private const double Bits32 = 4294967296.0;
    private readonly ulong _stream;
    private readonly int _row;
    private readonly ulong _key;

    /// <summary>The numbers of a row.</summary>
    /// <param name="stream">The key of the augmentation's stream (<see cref="CounterRandom.Key"/>).</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="row">The row in its table, from 0.</param>
    public SampleRandom(ulong stream, int epoch, int row)
    {
        (_stream, Epoch, _row) = (stream, epoch, row);
        ulong counter = (((ulong)epoch << RowBits) | (uint)row) << 1;
        _key = ((ulong)CounterRandom.UInt32(stream, counter) << 32) | CounterRandom.UInt32(stream, counter + 1) | 1;
    }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The same row's numbers in another epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <returns>The numbers.</returns>
    public SampleRandom In(int epoch) => new(_stream, epoch, _row);

    /// <summary>A whole number below a bound; each is as likely as any other, to within bound / 2³².</summary>
    /// <param name="draw">Which of the row's numbers, from 0.</param>
    /// <param name="bound">The bound, at least 1.</param>
    /// <returns>A number from 0 to <paramref name="bound"/> - 1.</returns>
    public int Below(uint draw, int bound) => (int)(((ulong)CounterRandom.UInt32(_key, draw) * (uint)bound) >> 32);

    /// <summary>A number in a range, evenly, in steps of the range / 2³².</summary>
    /// <param name="draw">Which of the row's numbers, from 0.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">What it stays below.</param>
    /// <returns>The number.</returns>
    public double Between(uint draw, double low, double high) => low + ((high - low) * (CounterRandom.UInt32(_key, draw) / Bits32));

    /// <summary>Consecutive numbers of 32 even bits.</summary>
    /// <param name="bits">Receives the row's numbers from 0 on.</param>
    public void Fill(Span<uint> bits) => CounterRandom.Fill(_key, 0, bits);
}
