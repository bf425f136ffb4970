using System.Text.RegularExpressions;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Optimizers;

/// <summary>Settings of the parameters whose names fit a pattern.</summary>
/// <param name="Pattern">The pattern: <c>*</c> stands for any characters, <c>?</c> for one.</param>
/// <param name="Origin">The user's line.</param>
public sealed record ParameterGroup(string Pattern, Origin Origin)
{
    /// <summary>Multiplies the learning rate.</summary>
    public float Rate { get; init; } = 1;

    /// <summary>The decay in place of the optimizer's, biases and norms included; null for the optimizer's.</summary>
    public float? Decay { get; init; }

    /// <summary>Whether the parameters keep their first values.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>Whether a parameter belongs to the group.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <returns>True where the whole name fits.</returns>
    public bool Matches(string name) => Fits(Pattern, name);

    /// <summary>Whether a name fits a pattern.</summary>
    internal static bool Fits(string pattern, string name) => Regex.IsMatch(
        name,
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.CultureInvariant);
}
