using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Checks;

namespace Anneal.Pipeline.Preflight;

/// <summary>The table of checks, in the order in which they run.</summary>
internal static class PreflightChecks
{
    /// <summary>All checks.</summary>
    public static IReadOnlyList<IPreflightCheck> All { get; } =
    [
        new ColumnsCheck(),
        new OutliersCheck(),
        new ClassBalanceCheck(),
        new DuplicatesCheck(),
        new LeakageCheck(),
        new ShiftCheck(),
        new ScaleCheck(),
        new InitialLossCheck(),
        new GradientChecks(),
        new OverfitCheck(),
        new ShuffledLabelsCheck(),
    ];

    /// <summary>Runs what is asked for.</summary>
    /// <param name="subject">What is looked at.</param>
    /// <param name="cancel">Asks to stop after the check under way.</param>
    /// <returns>Every check's result.</returns>
    public static PreflightReport Run(PreflightSubject subject, CancellationToken cancel)
    {
        PreflightOptions options = subject.Options;
        var results = new List<PreflightResult>();
        foreach (IPreflightCheck check in All)
        {
            cancel.ThrowIfCancellationRequested();
            results.Add(check.IsOn(options) ? check.Run(subject) : new PreflightResult(check.Name, PreflightStatus.Skipped, "not asked for"));
        }

        return new PreflightReport(results);
    }
}
