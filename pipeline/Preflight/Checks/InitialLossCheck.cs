using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Diagnostics;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>The loss before training against that of a model that knows nothing, and the penalty, which must raise it.</summary>
internal sealed class InitialLossCheck : IPreflightCheck
{
    private const int Rows = 128;
    private const double Far = 2;

    public string Name => "initial-loss";

    public bool IsOn(PreflightOptions options) => options.InitialLoss;

    public PreflightResult Run(PreflightSubject subject)
    {
        using var probe = new StepProbe(ProbedSteps.WithGradients(subject, penalty: true, dropout: false), subject.Runner, subject.Sample(Rows, "initial_loss"));
        (double loss, double penalty) = probe.Value();
        bool isNew = subject.Config.Options.Model is not ImportOptions { Head: null };
        double? chance = isNew ? subject.Data.Target.Loss.AtChance(subject.Data.Target) : null;
        var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["loss"] = loss };
        string detail = FormattableString.Invariant($"{loss:0.0000}");
        if (chance is { } expected)
        {
            values["chance"] = expected;
            detail += FormattableString.Invariant($" where chance gives {expected:0.0000}");
        }

        if (!double.IsFinite(loss))
        {
            return new PreflightResult(Name, PreflightStatus.Failed, $"the first loss is {detail}", "look at the inputs' scale and at the initial weights") { Values = values };
        }

        if (ProbedSteps.HasPenalty(subject))
        {
            values["penalty"] = penalty;
            detail += FormattableString.Invariant($"; the penalty adds {penalty:0.####}");
            if (!(penalty > 0))
            {
                return new PreflightResult(Name, PreflightStatus.Failed, detail, "the regulariser must raise the loss: look at train.regularize, and whether all weights begin at 0") { Values = values };
            }
        }

        return chance is { } c && (loss > Far * c || loss < c / Far)
            ? new PreflightResult(Name, PreflightStatus.Warning, detail, "look at the inputs' scale, at the last layer's initial weights, and at the target") { Values = values }
            : new PreflightResult(Name, PreflightStatus.Passed, detail) { Values = values };
    }
}
