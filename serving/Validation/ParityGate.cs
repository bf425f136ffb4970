namespace Anneal.Serving.Validation;

/// <summary>max |trainer - ONNX Runtime| over all rows, all float outputs and all batch sizes stays within a limit.</summary>
/// <param name="maxAbs">The limit.</param>
public sealed class ParityGate(double maxAbs) : IGate
{
    /// <inheritdoc/>
    public string Name => "parity.max_abs";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        Difference worst = context.Difference;
        string detail = worst.Where.Length == 0
            ? "the answers are equal to the trainer's"
            : FormattableString.Invariant($"largest difference to the trainer's answers {worst.Value:g6}: {worst.Where}");
        return new GateResult(Name, worst.Value <= maxAbs, worst.Value, maxAbs, detail);
    }
}
