namespace Anneal.Serving.Validation;

/// <summary>The memory that the process takes up while it opens the model and answers one batch stays within a limit.</summary>
/// <param name="limitMb">The limit, in MB of 10⁶ bytes.</param>
public sealed class MemoryGate(double limitMb) : IGate
{
    /// <inheritdoc/>
    public string Name => "size_mb.memory";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        int largest = context.Set.Batches.Where(b => b > 0).DefaultIfEmpty(1).Max();
        SampleRows rows = SampleRows.Of(context.Set, largest);
        using var growth = new MemoryGrowth();
        using OrtModel model = context.Model.Reopen(context.Model.Options.Threads);
        _ = rows.Run(model, largest);
        double size = growth.PeakBytes / 1e6;
        return new GateResult(Name, size <= limitMb, size, limitMb, FormattableString.Invariant(
            $"opening the file and a batch of {rows.Numbers.Length} rows take {size:0.#} MB, expected at most {limitMb:g6}"));
    }
}
