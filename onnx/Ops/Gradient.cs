namespace Anneal.Onnx.Ops;

/// <summary>How an op is differentiated: by a rule, not at all with a gradient of zero, or forbidden.</summary>
public abstract record Gradient
{
    private Gradient()
    {
    }

    /// <summary>Nothing flows through the op: its outputs are piecewise constant or no numbers.</summary>
    public static Gradient Zero { get; } = new ZeroGradient();

    /// <summary>Differentiating the op is an error.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The declaration.</returns>
    public static Gradient Forbidden(string reason) => new ForbiddenGradient(reason);

    /// <summary>The gradients of the inputs as nodes of standard ops.</summary>
    /// <param name="rule">Returns one value per input; null where none flows. Broadcasting is undone by the caller.</param>
    /// <returns>The declaration.</returns>
    public static Gradient Of(Func<GradientScope, Ir.Value?[]> rule) => new RuleGradient(rule);

    internal sealed record ZeroGradient : Gradient;

    internal sealed record ForbiddenGradient(string Reason) : Gradient;

    internal sealed record RuleGradient(Func<GradientScope, Ir.Value?[]> Rule) : Gradient;
}
