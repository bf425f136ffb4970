namespace Anneal.Serving.Validation;

/// <summary>The answers do not depend on how many rows are asked at once: the largest difference between the batch sizes stays within a limit.</summary>
/// <param name="maxAbs">The limit.</param>
public sealed class BatchInvarianceGate(double maxAbs) : IGate
{
    /// <inheritdoc/>
    public string Name => "batch_invariance.max_abs";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        IReadOnlyList<Pass> passes = context.Passes;
        Difference worst = passes.Skip(1).Select(p => Difference.Between(passes[0].Outputs, p)).MaxBy(d => d.Value) ?? Difference.None;
        string sizes = string.Join(", ", passes.Select(p => p.Batch));
        string detail = worst.Where.Length == 0
            ? $"equal at batch sizes {sizes}"
            : FormattableString.Invariant($"batch sizes {sizes}; largest difference to batch size {passes[0].Batch} is {worst.Value:g6}: {worst.Where}");
        return new GateResult(Name, worst.Value <= maxAbs, worst.Value, maxAbs, detail);
    }
}
