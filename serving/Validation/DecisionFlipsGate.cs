using Anneal.Onnx.Formats;

namespace Anneal.Serving.Validation;

/// <summary>At most so many rows, or labels of rows, are decided differently by the trainer and by ONNX Runtime, at any batch size.</summary>
/// <param name="limit">The number of decisions.</param>
public sealed class DecisionFlipsGate(int limit) : IGate
{
    private const int Shown = 20;

    /// <inheritdoc/>
    public string Name => "parity.decision_flips";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        if (context.Set.Task == ModelTask.Regression || context.Set.Reference.Count == 0)
        {
            throw AnnealException.BadUsage($"gate '{Name}' needs decisions of the trainer to compare with", "remove it for a regression");
        }

        IReadOnlyList<FlipRow> flips = context.Flips;
        string rows = string.Join("; ", flips.Take(Shown).Select(f =>
            FormattableString.Invariant($"row {f.Row}{(f.Label is { } label ? $", label {label}" : "")}: {f.Expected} → {f.Actual}, margin {f.Margin:g3}")));
        string detail = flips.Count switch
        {
            0 => "every row is decided alike",
            > Shown => FormattableString.Invariant($"{rows}; and {flips.Count - Shown} more"),
            _ => rows,
        };
        return new GateResult(Name, flips.Count <= limit, flips.Count, limit, detail);
    }
}
