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

    /// <summary>No gradient flows.</summary>
    public sealed record ZeroGradient : Gradient;

    /// <summary>Differentiating is an error.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record ForbiddenGradient(string Reason) : Gradient;

    /// <summary>The gradients of the inputs follow from a rule.</summary>
    /// <param name="Rule">Returns one value per input; null where none flows.</param>
    public sealed record RuleGradient(Func<GradientScope, Ir.Value?[]> Rule) : Gradient;
}
