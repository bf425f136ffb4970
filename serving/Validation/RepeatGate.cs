namespace Anneal.Serving.Validation;

/// <summary>Asked again, the model gives the same answers to the bit.</summary>
public sealed class RepeatGate : IGate
{
    /// <inheritdoc/>
    public string Name => "determinism.repeat";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        HeadRows head = context.Head;
        Pass first = head.Run(context.Model);
        Difference worst = Difference.Between(first.Outputs, head.Run(context.Model));
        return new GateResult(Name, worst.Value == 0, worst.Value, 0, FormattableString.Invariant(
            $"{head.Rows} rows asked twice at batch size {first.Batch}: {(worst.Value == 0 ? "the same answers" : $"largest difference {worst.Value:g6}: {worst.Where}")}"));
    }
}
