namespace Anneal.Serving.Validation;

/// <summary>Holds values against limits.</summary>
internal static class Comparisons
{
    /// <summary>The outcome of a gate on a metric.</summary>
    public static GateResult Hold(string gate, string metric, double value, Comparison comparison, double limit)
    {
        (bool passed, string sign) = comparison switch
        {
            Comparison.AtLeast => (value >= limit, ">="),
            Comparison.AtMost => (value <= limit, "<="),
            Comparison.Above => (value > limit, ">"),
            _ => (value < limit, "<"),
        };
        string missed = passed ? "" : FormattableString.Invariant($", missed by {Math.Abs(value - limit):g3}");
        return new GateResult(gate, passed, value, limit, FormattableString.Invariant($"{metric} {value:g6}, expected {sign} {limit:g6}{missed}"));
    }
}
