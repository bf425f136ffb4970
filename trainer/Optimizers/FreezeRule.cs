using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Optimizers;

/// <summary>Keeps the parameters whose names fit a pattern as they are, or lets them change again; of several that fit, the last holds.</summary>
/// <param name="Pattern">The pattern: <c>*</c> stands for any characters, <c>?</c> for one.</param>
/// <param name="Origin">The user's line.</param>
/// <param name="IsFrozen">Whether they are kept.</param>
public sealed record FreezeRule(string Pattern, Origin Origin, bool IsFrozen)
{
    /// <summary>Whether the rule is for a parameter.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <returns>True where the whole name fits.</returns>
    public bool Matches(string name) => ParameterGroup.Fits(Pattern, name);

    /// <summary>What the rules say of a parameter.</summary>
    /// <param name="rules">The rules, in order.</param>
    /// <param name="name">The parameter's name.</param>
    /// <returns>Null where none fits.</returns>
    public static bool? Of(IEnumerable<FreezeRule> rules, string name) => rules.LastOrDefault(r => r.Matches(name))?.IsFrozen;
}
