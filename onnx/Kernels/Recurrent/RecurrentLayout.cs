using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The sizes of a recurrent op's work and where its operands lie.</summary>
/// <param name="Steps">T, time steps.</param>
/// <param name="Batch">N, sequences.</param>
/// <param name="Inputs">Features of a time step.</param>
/// <param name="Hidden">H, units.</param>
/// <param name="Gates">Gates of a unit.</param>
/// <param name="Reverse">For each direction, whether it goes from the last step to the first.</param>
/// <param name="IsBatchFirst">Whether X is [N, T, inputs] and Y [N, T, directions, H], rather than [T, N, inputs] and [T, directions, N, H].</param>
internal sealed record RecurrentLayout(int Steps, int Batch, int Inputs, int Hidden, int Gates, bool[] Reverse, bool IsBatchFirst = false)
{
    // Enough rows to read the packed weights from the second cache at the speed of the products, few enough for several items.
    private const int RowsPerItem = 32;

    /// <summary>The number of directions.</summary>
    public int Directions => Reverse.Length;

    /// <summary>Parts that the sequences of a direction are cut into.</summary>
    public int Blocks { get; } = (Batch + RowsPerItem - 1) / RowsPerItem;

    /// <summary>Work items: the parts of all directions.</summary>
    public int Items => Blocks * Directions;

    /// <summary>Sequences in the largest item.</summary>
    public int MostRows => Math.Min(Batch, RowsPerItem);

    /// <summary>Elements from one time step of X to the next.</summary>
    public nint XStep => IsBatchFirst ? Inputs : (nint)Batch * Inputs;

    /// <summary>Elements from one sequence of X to the next.</summary>
    public nint XRow => IsBatchFirst ? (nint)Steps * Inputs : Inputs;

    /// <summary>The units rounded up to whole vectors, so that a gate's loops have no rest.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    public int Padded<T>()
        where T : unmanaged => (Hidden + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;

    /// <summary>The time of a direction's step.</summary>
    public int Time(int direction, int step) => Reverse[direction] ? Steps - 1 - step : step;

    /// <summary>Direction, first sequence and number of sequences of an item.</summary>
    public (int Direction, int First, int Rows) Item(int item)
    {
        int block = item % Blocks;
        int first = (int)((long)block * Batch / Blocks);
        return (item / Blocks, first, (int)((block + 1L) * Batch / Blocks) - first);
    }

    /// <summary>The place of a sequence's Y in elements.</summary>
    public nint Y(int time, int direction, int row) => Hidden * (IsBatchFirst
        ? (((((nint)row * Steps) + time) * Directions) + direction)
        : (((((nint)time * Directions) + direction) * Batch) + row));

    /// <summary>The place of a sequence's initial or last state in elements.</summary>
    public nint State(int direction, int row) => Hidden * (IsBatchFirst ? ((nint)row * Directions) + direction : ((nint)direction * Batch) + row);

    /// <summary>The place of a sequence's rows among [directions, steps, N, width].</summary>
    public nint Saved(int direction, int steps, int step, int row, int width) => (((((nint)direction * steps) + step) * Batch) + row) * width;
}
