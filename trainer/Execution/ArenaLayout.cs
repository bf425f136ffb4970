namespace Anneal.Trainer.Execution;

/// <summary>Places buffers in one block so that those alive at the same time do not overlap.</summary>
internal static class ArenaLayout
{
    private const long Alignment = 64;

    /// <summary>Sets every buffer's offset: the largest first, each at the lowest place that is free for its whole life.</summary>
    /// <returns>The block's size in bytes.</returns>
    public static long Place(IReadOnlyList<PlanBuffer> buffers)
    {
        long total = 0;
        var placed = new List<PlanBuffer>();
        foreach (PlanBuffer buffer in buffers.OrderByDescending(b => b.Bytes).ThenBy(b => b.First))
        {
            long offset = 0;
            foreach (PlanBuffer other in placed.Where(o => o.First <= buffer.Last && buffer.First <= o.Last).OrderBy(o => o.Offset))
            {
                if (offset + buffer.Bytes <= other.Offset)
                {
                    break;
                }

                offset = Math.Max(offset, Align(other.Offset + other.Bytes));
            }

            buffer.Offset = offset;
            placed.Add(buffer);
            total = Math.Max(total, checked(offset + buffer.Bytes));
        }

        return Align(total);
    }

    /// <summary>The next multiple of a cache line.</summary>
    public static long Align(long bytes) => checked(bytes + Alignment - 1) / Alignment * Alignment;
}
