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
    private const string Activations = "activations";
    private const string Gradients = "gradients";

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
                return broken.Activation.NotFinite > 0
                    ? Found($"layer '{broken.Name}' gives values that are not finite in epoch {look.Epoch}", Activations)
                    : Found($"layer '{broken.Name}' gets a gradient that is not finite in epoch {look.Epoch}", Gradients);
            }

            if (hidden.Length >= FewestLayers)
            {
                // Weights that keep the variance of activations keep the sum of squares of gradients: an average over a plane hands each pixel a small share.
                double[] forward = [.. hidden.Select(l => l.Activation.Variance)];
                double[] backward = [.. hidden.Reverse().Select(l => l.Gradient is { } gradient ? gradient.Norm * gradient.Norm : 0)];
                if (IsFlow(forward))
                {
                    return Found(Describe("variance of the activations", look, forward, hidden), Activations);
                }

                if (IsFlow(backward))
                {
                    return Found(Describe("squared norm of the gradients", look, backward, [.. hidden.Reverse()]), Gradients);
                }
            }
        }

        return null;
    }

    private bool IsFlow(double[] sizes)
    {
        double change = isFading ? sizes[0] / sizes[^1] : sizes[^1] / sizes[0];
        return sizes[0] > 0 && (change > Factor || double.IsPositiveInfinity(change));
    }

    private Verdict Found(string evidence, string plot) => new(
        name,
        Severity.Problem,
        evidence,
        isFading
            ? "begin with larger weights (init: auto fits the activation), put normalisations or residual connections between the layers"
            : "begin with smaller weights (init: auto fits the activation), put normalisations between the layers, clip the gradient",
        plot);

    private static string Describe(string what, MonitorRecord look, double[] sizes, LayerRecord[] layers) => string.Create(
        CultureInfo.InvariantCulture,
        $"the {what} goes from {sizes[0]:0.0e+0} in '{layers[0].Name}' to {sizes[^1]:0.0e+0} in '{layers[^1].Name}' {(look.Epoch == 0 ? "before training" : $"in epoch {look.Epoch}")}: {string.Join(", ", sizes.Select(v => v.ToString("0.0e+0", CultureInfo.InvariantCulture)))}");
}
