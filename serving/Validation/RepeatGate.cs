namespace Anneal.Serving.Validation;

/// <summary>Asked again, the model gives the same answers to the bit.</summary>
public sealed class RepeatGate : IGate
{
    /// <inheritdoc/>
    public string Name => "determinism.repeat";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        SampleRows rows = context.Sample;
        Pass first = context.SampledAt(SampleRows.Batch);
        Difference worst = Difference.Between(first.Outputs, rows.Run(context.Model));
        return new GateResult(Name, worst.Value == 0, worst.Value, 0, FormattableString.Invariant(
            $"{rows.Numbers.Length} rows asked twice at batch size {first.Batch}: {(worst.Value == 0 ? "the same answers" : $"largest difference {worst.Value:g6}: {worst.Where}")}"));
    }
}
