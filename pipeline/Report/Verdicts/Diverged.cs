namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Training ended since its loss was no longer finite.</summary>
internal sealed class Diverged : IVerdict
{
    public Verdict? Judge(RunHistory run) => run.Failure is not { } failure
        ? null
        : new Verdict(
            "diverged",
            Severity.Problem,
            failure,
            run.IsWild
                ? "divide the rate by ten, or find it by 'anneal check --lr-find'; clip the gradient (clip: {norm: 1})"
                : "look at the inputs' scale and for values that are not finite; clip the gradient (clip: {norm: 1}), begin with smaller weights",
            "steps");
}
