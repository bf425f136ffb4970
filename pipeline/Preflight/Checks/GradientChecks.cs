using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>The gradient of the loss, and that of the penalty apart, against finite differences on a few rows.</summary>
internal sealed class GradientChecks : IPreflightCheck
{
    private const int Rows = 3;
    private const int Elements = 6;
    private const double Wrong = 1e-2;
    private const double Suspicious = 1e-4;
    private const double Good = 1e-7;

    public string Name => "gradient-check";

    public bool IsOn(PreflightOptions options) => options.GradientCheck;

    public PreflightResult Run(PreflightSubject subject)
    {
        RowSet rows = subject.Sample(Rows, "gradient_check");
        TrainingGraphs plain = ProbedSteps.WithGradients(subject, penalty: false);
        using var loss = new StepProbe(plain, subject.Runner, rows);
        IReadOnlyDictionary<string, double[]> ofLoss = loss.Gradients();
        TensorGradient[] found = [.. GradientCheck.Run(loss.Parameters, ofLoss, () => loss.Value().Loss, Elements, subject.Seed)];
        if (ProbedSteps.HasPenalty(subject))
        {
            using var penalty = new StepProbe(ProbedSteps.WithGradients(subject, penalty: true), subject.Runner, rows);
            Dictionary<string, double[]> rest = penalty.Gradients().ToDictionary(g => g.Key, g => g.Value.Zip(ofLoss[g.Key], (both, one) => both - one).ToArray(), StringComparer.Ordinal);
            found = [.. found, .. GradientCheck.Run(penalty.Parameters, rest, () => penalty.Value().Penalty, Elements, subject.Seed).Select(g => g with { Parameter = "penalty of " + g.Parameter })];
        }

        return Judge(found);
    }

    /// <summary>The verdict on the gradients of all tensors.</summary>
    public PreflightResult Judge(IReadOnlyList<TensorGradient> found)
    {
        // What is no number is as wrong as can be; the greatest of some numbers would not see it.
        TensorGradient[] sorted = [.. found.OrderByDescending(g => double.IsNaN(g.Error) ? double.PositiveInfinity : g.Error)];
        TensorGradient[] bad = [.. sorted.TakeWhile(g => !(g.Error <= Suspicious))];
        double worst = sorted[0].Error;
        int kinks = found.Sum(g => g.Kinks);
        string kinked = kinks > 0 ? FormattableString.Invariant($"; {kinks} of {found.Sum(g => g.Elements)} elements at a kink are left out") : "";
        var values = found.ToDictionary(g => g.Parameter, g => g.Error, StringComparer.Ordinal);
        if (bad.Length == 0)
        {
            string verdict = worst <= Good ? "good" : "well enough";
            return new PreflightResult(Name, PreflightStatus.Passed, FormattableString.Invariant($"{found.Count} gradients, the largest relative error is {worst:0.0e+0}: {verdict}{kinked}")) { Values = values };
        }

        bool isWrong = !(worst <= Wrong);
        return new PreflightResult(
            Name,
            isWrong ? PreflightStatus.Failed : PreflightStatus.Warning,
            $"{(isWrong ? "wrong" : "suspicious")} gradient of {Listing.Of([.. bad.Select(g => FormattableString.Invariant($"{g.Parameter} (relative error {g.Error:0.0e+0})"))])}{kinked}",
            "look at the gradient of the ops between that parameter and the loss")
        { Values = values };
    }
}
