namespace Anneal.Serving.Validation;

/// <summary>The answers do not depend on how many rows are asked at once: the largest difference to the largest batch size stays within a limit.</summary>
/// <param name="maxAbs">The limit.</param>
public sealed class BatchInvarianceGate(double maxAbs) : IGate
{
    /// <inheritdoc/>
    public string Name => "batch_invariance.max_abs";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        IReadOnlyList<Pass> passes = context.Passes;
        Pass whole = context.Whole;
        Difference worst = passes.Where(p => p != whole).Select(p => Difference.Between(whole.Outputs, p)).MaxBy(d => d.Value) ?? Difference.None;
        string sizes = string.Join(", ", passes.Select(p => p.Batch));
        string detail = worst.Where.Length == 0
            ? $"equal at batch sizes {sizes}"
            : FormattableString.Invariant($"batch sizes {sizes}; largest difference to batch size {whole.Batch} is {worst.Value:g6}: {worst.Where}");
        return new GateResult(Name, worst.Value <= maxAbs, worst.Value, maxAbs, detail);
    }
}
