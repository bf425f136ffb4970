using System.Globalization;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>The activations, or the gradients on their way back, fade or grow from layer to layer.</summary>
/// <param name="name">The verdict.</param>
/// <param name="isFading">Whether fading is looked for; growing else.</param>
internal sealed class SignalFlow(string name, bool isFading) : IVerdict
{
    private const int FewestLayers = 4;
    private const double Factor = 1e3;

    /// <summary>Signals that fade.</summary>
    public static SignalFlow Vanishing { get; } = new("vanishing signal", isFading: true);

    /// <summary>Signals that grow.</summary>
    public static SignalFlow Exploding { get; } = new("exploding signal", isFading: false);

    public Verdict? Judge(RunHistory run)
    {
        foreach (MonitorRecord look in run.Monitors)
        {
            // The last layer gives the answers: its scale is the task's.
            LayerRecord[] hidden = [.. look.Layers.SkipLast(1)];
            if (!isFading && hidden.FirstOrDefault(l => l.Activation.NotFinite + (l.Gradient?.NotFinite ?? 0) > 0) is { } broken)
            {
                return Found($"layer '{broken.Name}' gives values that are not finite in epoch {look.Epoch}");
            }

            if (hidden.Length >= FewestLayers)
            {
                double[] forward = [.. hidden.Select(l => l.Activation.Variance)];
                double[] backward = [.. hidden.Reverse().Select(l => l.Gradient?.Variance ?? 0)];
                if (IsFlow(forward))
                {
                    return Found(Describe("activation", look, forward, hidden));
                }

                if (IsFlow(backward))
                {
                    return Found(Describe("gradient", look, backward, [.. hidden.Reverse()]));
                }
            }
        }

        return null;
    }

    private bool IsFlow(double[] variances)
    {
        double change = isFading ? variances[0] / variances[^1] : variances[^1] / variances[0];
        return variances[0] > 0 && (change > Factor || double.IsPositiveInfinity(change));
    }

    private Verdict Found(string evidence) => new(
        name,
        Severity.Problem,
        evidence,
        isFading
            ? "begin with larger weights (init: auto fits the activation), put normalisations or residual connections between the layers"
            : "begin with smaller weights (init: auto fits the activation), put normalisations between the layers, clip the gradient",
        "activations");

    private static string Describe(string what, MonitorRecord look, double[] variances, LayerRecord[] layers) => string.Create(
        CultureInfo.InvariantCulture,
        $"the variance of the {what}s goes from {variances[0]:0.0e+0} in '{layers[0].Name}' to {variances[^1]:0.0e+0} in '{layers[^1].Name}' {(look.Epoch == 0 ? "before training" : $"in epoch {look.Epoch}")}: {string.Join(", ", variances.Select(v => v.ToString("0.0e+0", CultureInfo.InvariantCulture)))}");
}
